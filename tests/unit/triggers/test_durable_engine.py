"""What the API's engine asks of the durable host."""

import asyncio

from durabletask.client import OrchestrationStatus
from unit.builders import NOON

from promotion.triggers.durable_engine import DurableEngine


class Client:
    """A durable client that knows of nothing, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked = []

    async def get_all_orchestration_states(self, query):
        self.asked.append(query)
        return []


def asked(question):
    """The query for which the host is asked that question."""
    client = Client()
    assert asyncio.run(question(DurableEngine(client))) == []
    (query,) = client.asked
    return query


def test_what_runs_is_everything_that_has_not_ended_whenever_it_began():
    query = asked(lambda engine: engine.running())
    ended = {
        OrchestrationStatus.COMPLETED,
        OrchestrationStatus.FAILED,
        OrchestrationStatus.TERMINATED,
    }
    assert set(query.runtime_status) == set(OrchestrationStatus) - ended
    assert query.created_time_from is None
    assert query.fetch_inputs_and_outputs is False


def test_what_began_since_a_moment_has_ended_or_not():
    query = asked(lambda engine: engine.since(NOON))
    assert query.created_time_from == NOON.replace(tzinfo=None)
    assert query.runtime_status is None
