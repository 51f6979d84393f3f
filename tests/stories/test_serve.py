"""Whoever tries `make serve` sees what people are told, and what a dashboard shows."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from stories.crashes import until
from stories.service import Service

from local import taxi
from local.cloud import ROOT
from local.dashboard import Dashboard
from local.serve import where_it_runs
from local.told import NOTIFY, ToldCloud, the_policy


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldCloud]:
    directory = tmp_path_factory.mktemp("served")
    with ToldCloud(directory, policy=the_policy(directory)) as cloud:
        yield cloud


def test_the_policy_that_is_served_is_that_of_the_example_and_says_whom_to_tell(tmp_path: Path):
    example = ROOT / "examples/taxi-fare"
    served = the_policy(tmp_path)
    assert served.read_text() == (example / "promotion.yaml").read_text() + NOTIFY
    for file in (example / "deploy").iterdir():
        assert (served.parent / "deploy" / file.name).read_bytes() == file.read_bytes()


def test_what_people_see_in_teams_and_slack_is_in_a_file(cloud: ToldCloud):
    service = Service(cloud)

    def shown(*parts: str) -> bool:
        told = cloud.notices_file.read_text().split("\n\n")
        return any(all(part in one for part in parts) for one in told)

    refused = service.register(taxi.INACCURATE, name="taxi-refused")
    assert refused.end()["Name"] == "promotion.rejected"
    why = "rmse is 6.81; the policy wants at most 5."
    assert until(lambda: shown("Microsoft Teams", "taxi-refused-", f"✗ metric rmse: {why}"))
    good = service.register(name="taxi-good")
    assert good.end()["Name"] == "promotion.succeeded"
    assert until(lambda: shown("Slack", "taxi-good-", "was promoted", "Serves in: prod"))
    assert until(lambda: shown("Event Grid", "azureml.promotion.succeeded models/taxi-good:1"))


def test_the_dashboard_shows_what_was_recorded(cloud: ToldCloud):
    with Dashboard(cloud.audit_file) as dashboard:
        before = _outcomes(dashboard)
        Service(cloud).register(taxi.INACCURATE, name="taxi-inaccurate").end()
        assert until(lambda: _outcomes(dashboard)["rejected"] == before["rejected"] + 1)


def test_a_service_that_runs_is_found_so_that_no_second_one_writes_to_its_files(
    cloud: ToldCloud, tmp_path: Path
):
    info = tmp_path / "serve.json"
    info.write_text(json.dumps(cloud.info))
    assert where_it_runs(info) == cloud.info["host_url"]


@pytest.mark.parametrize("left", [None, "", "{}", '{"host_url": "http://127.0.0.1:1"}'])
def test_what_a_service_left_that_was_killed_stops_nobody(tmp_path: Path, left: str | None):
    info = tmp_path / "serve.json"
    if left is not None:
        info.write_text(left)
    assert where_it_runs(info) is None


def _outcomes(dashboard: Dashboard) -> Counter[str]:
    answer = httpx.get(f"{dashboard.url}/answers/promotions-by-outcome", trust_env=False)
    rows = answer.raise_for_status().json()["rows"]
    return Counter({row["outcome"]: row["promotions"] for row in rows})
