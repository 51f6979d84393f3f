"""Whatever is sent to the HTTP API, it answers as its OpenAPI document says.

schemathesis makes requests from the document: good ones, bad ones, and those at the limits.
PROMOTION_EXAMPLES=500 makes the search longer, and a new one each time.
"""

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from stories import api_world
from stories.service import Service

from promotion.api.openapi import document

EXAMPLES = int(os.environ.get("PROMOTION_EXAMPLES", "0"))
PEOPLE = ("vera", "ada", "bob", "grace")
THERE = {
    "route": [*api_world.ROUTES],
    "model": [*api_world.ROUTES],
    "version": ["1", "2"],
    "workspace": ["dev"],
    "stage": ["test", "prod"],
    "through": ["test", "prod"],
    "bypass": [["metric rmse"]],
}
"""What may be named, and is there."""
JUDGED = {
    *("GET /api/promotions", "POST /api/promotions"),
    *("GET /api/targets", "POST /api/plans"),
}
"""Where a cursor, or what the policy wants, is more than the document can say."""

_document = json.loads(document())
# The platform has checked the token; a header tells the app who it is, and each of PEOPLE has one.
_document["security"], _document["components"]["securitySchemes"] = [], {}
schema = schemathesis.openapi.from_dict(_document)
schema.config.phases.coverage.unexpected_methods = {"PUT", "PATCH", "DELETE"}
load_all_checks()


def sometimes_there(context: Any, strategy: Any) -> Any:
    """Every other time, what is named exists."""

    def there(drawn: Any) -> Any:
        if not isinstance(drawn, dict):
            return st.just(drawn)
        known = {
            name: st.integers(0, 11).map(lambda n, name=name: THERE[name][n % len(THERE[name])])
            for name in drawn
            if name in THERE or name == "id"
        }
        return st.fixed_dictionaries(known).map(lambda named: {**drawn, **named})

    return st.one_of(strategy, strategy.flatmap(there))


for _part in ("path_parameters", "query", "body"):
    schema.hook(f"before_generate_{_part}")(sometimes_there)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with api_world.cloud(tmp_path_factory.mktemp("schema")) as cloud:
        service = Service(cloud)
        THERE["id"] = [*api_world.begin(service).values(), api_world.operation(service)]
        yield service


def every_answer_is_as_the_document_says(case: Any, service: Service) -> None:
    beyond = set[str]()
    if case.operation.label in JUDGED or "Idempotency-Key" in (case.headers or {}):
        beyond.add("positive_data_acceptance")  # the key may have been used for something else
    if any(value == "" or isinstance(value, list | dict) for value in (case.query or {}).values()):
        beyond.add("negative_data_rejection")  # the host leaves out empty ones, and joins lists
    checks = [check for check in CHECKS.get_all() if check.__name__ not in beyond]
    url = service.info["host_url"]
    for person in PEOPLE:
        answer = case.call(base_url=url, headers=service.info["identities"][person])
        case.validate_response(answer, checks=checks)
    assert case.call(base_url=url).status_code == 401


def _tests() -> Iterator[tuple[str, Any]]:
    """A test for each operation, under a name of its own: xdist runs one test for each name."""
    searched = settings(
        max_examples=EXAMPLES or 20,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    for one in schema.get_all_operations():
        operation = one.ok()
        only = schema.include(method=operation.method, path=operation.path)

        def test(case: Any, service: Service) -> None:
            every_answer_is_as_the_document_says(case, service)

        words = re.sub(r"\W+", "_", operation.path.removeprefix("/api")).strip("_")
        yield f"test_{operation.method}_{words}", only.parametrize()(searched(test))


globals().update(_tests())


def test_the_document_that_is_served_is_the_one_that_was_tested(service: Service) -> None:
    url, vera = service.info["api_url"], service.info["identities"]["vera"]
    assert api_world.ask(f"{url}/openapi.json", headers=vera).text == document()
