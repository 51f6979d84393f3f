"""A workspace with a past: versions registered at given times, and lists in pages."""

from datetime import UTC, datetime, timedelta

import pytest
from standin_client import Client, a_version, workspace_id
from standin_sdk import Sdk

MODEL = f"{workspace_id()}/models/taxi"
END = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture
def ninety_days(client: Client) -> Client:
    """One version a day, of which the last one is seeded first."""
    days = [
        a_version(str(day), created_at=(END - timedelta(days=90 - day)).isoformat())
        for day in range(90, 0, -1)
    ]
    client.seed(models=days)
    return client


def pages(client: Client, path: str) -> list[list[str]]:
    """The versions on each page."""
    found, link = [], path
    while link:
        body = client.get(link).json()
        found.append([version["name"] for version in body["value"]])
        link = body.get("nextLink", "")
    return found


def test_a_version_was_registered_when_and_by_whom_the_seed_says(client: Client) -> None:
    when = {"created_at": "2026-01-02T03:04:05Z", "created_by": "anna"}
    client.seed(models=[a_version(tags={"stage": "new"}, description="d", archived=True, **when)])

    found = client.get(f"{MODEL}/versions/1").json()

    assert found["systemData"]["createdAt"] == "2026-01-02T03:04:05.000000+00:00"
    assert (found["systemData"]["createdBy"], found["systemData"]["createdByType"]) == (
        "anna",
        "User",
    )
    assert (found["properties"]["jobName"], found["properties"]["isArchived"]) == ("train-1", True)
    assert set(found["properties"]["flavors"]) == {"python_function", "sklearn"}
    assert (found["properties"]["tags"], found["properties"]["description"]) == (
        {"stage": "new"},
        "d",
    )


def test_a_version_may_be_seeded_from_a_datastore(client: Client) -> None:
    uri = "azureml://datastores/workspaceblobstore/paths/models/taxi"
    version = a_version(uri=uri, type="custom_model")
    del version["job"]
    client.seed(models=[version])

    properties = client.get(f"{MODEL}/versions/1").json()["properties"]

    assert (properties["modelType"], properties["jobName"]) == ("custom_model", None)


def test_a_seeded_version_is_no_event(ninety_days: Client) -> None:
    assert ninety_days.get("/_emulator/events").json() == {"events": []}


def test_a_new_registration_comes_after_the_seeded_ones(ninety_days: Client) -> None:
    ninety_days.register("91")

    assert ninety_days.get(f"{MODEL}/versions?$top=1").json()["value"][0]["name"] == "91"
    assert ninety_days.get(MODEL).json()["properties"]["latestVersion"] == "91"


def test_versions_are_ordered_by_the_time_of_their_creation(ninety_days: Client) -> None:
    newest = ninety_days.get(f"{MODEL}/versions?$orderBy=createdtime desc&$top=2").json()
    oldest = ninety_days.get(f"{MODEL}/versions?$orderBy=createdtime asc&$top=2").json()

    assert [version["name"] for version in newest["value"]] == ["90", "89"]
    assert [version["name"] for version in oldest["value"]] == ["1", "2"]


def test_a_list_comes_in_pages_of_which_the_last_has_no_link(ninety_days: Client) -> None:
    found = pages(ninety_days, f"{MODEL}/versions")

    assert [len(page) for page in found] == [30, 30, 30]
    assert [name for page in found for name in page] == [str(day) for day in range(90, 0, -1)]


def test_top_is_the_size_of_a_page(ninety_days: Client) -> None:
    assert [len(page) for page in pages(ninety_days, f"{MODEL}/versions?$top=50")] == [50, 40]


def test_a_link_keeps_the_query(ninety_days: Client) -> None:
    path = f"{MODEL}/versions?$orderBy=createdtime asc&listViewType=All"

    link = ninety_days.get(path).json()["nextLink"]

    assert link.startswith(f"{ninety_days.azure.url}{MODEL}/versions?")
    assert ninety_days.get(link).json()["value"][0]["name"] == "31"
    assert "listViewType=All" in link
    assert "api-version=" in link


def test_the_size_of_a_page_can_be_set(ninety_days: Client) -> None:
    ninety_days.put("/_emulator/behaviour", {"page_size": 45})

    assert [len(page) for page in pages(ninety_days, f"{MODEL}/versions")] == [45, 45]


@pytest.mark.parametrize("query", ["$top=0", "$top=many", "$skipToken=nonsense"])
def test_a_page_that_cannot_be_is_refused(ninety_days: Client, query: str) -> None:
    assert ninety_days.get(f"{MODEL}/versions?{query}").status_code == 400


def test_the_models_of_a_workspace_come_in_pages_too(client: Client) -> None:
    client.seed(models=[a_version(name=f"model-{number}") for number in range(35)])

    assert [len(page) for page in pages(client, f"{workspace_id()}/models")] == [30, 5]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_lists_all_pages(ninety_days: Client, sdk: Sdk) -> None:
    models = sdk.workspace().models

    found = list(models.list("taxi"))

    assert [model.version for model in found] == [str(day) for day in range(90, 0, -1)]
    assert found[0].creation_context.created_at == END
    assert [model.latest_version for model in models.list()] == ["90"]
    assert models.get("taxi", label="latest").version == "90"
