import json
import re

import pytest
from unit.api.builders import a_person, ask

from promotion.api.endpoints import ENDPOINTS
from promotion.api.openapi import document


def references(node) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_every_endpoint_is_in_the_document_once():
    whole = json.loads(document())
    operations = [one for methods in whole["paths"].values() for one in methods.values()]
    names = {one["operationId"] for one in operations}
    assert len(names) == len(operations) == len(ENDPOINTS)


def test_whatever_the_document_refers_to_is_in_it():
    whole = json.loads(document())
    known = {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    assert references(whole) == known


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_what_is_answered_is_what_the_document_says(endpoint):
    whole = json.loads(document())
    path = re.sub(r"\{\w+\}", "x", endpoint.path)
    reply = ask(endpoint.method, path, {} if endpoint.body else None, who=a_person())
    known = whole["paths"][f"/api/{endpoint.path}"][endpoint.method.lower()]["responses"]
    assert str(reply.status) in known


def test_who_may_look_may_read_the_document():
    reply = ask("GET", "openapi.json", who=a_person("Promotion.Viewer"))
    assert (reply.status, reply.body) == (200, document())
