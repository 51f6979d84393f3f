"""A browser for each file of tests, and a visit for each test."""

import pytest
from dashboards.browser.month import write_month
from dashboards.browser.server import served
from dashboards.browser.viewer import Viewer, browser


@pytest.fixture(scope="module")
def chrome():
    with browser() as started:
        yield started


@pytest.fixture
def viewer(chrome):
    """What the page complains of fails the test, and so does a request to anywhere else."""
    visit = Viewer(chrome)
    yield visit
    visit.leave()
    assert visit.complaints == []
    home = visit.requests[0].split("?")[0].split("#")[0] if visit.requests else ""
    assert [one for one in visit.requests if not one.startswith((home, "data:", "file:"))] == []


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    return write_month(tmp_path_factory.mktemp("audit") / "audit.jsonl", a_day=4)


@pytest.fixture(scope="module")
def address(month):
    """Of a dashboard, with all records that there are."""
    with served(month) as root:
        yield f"{root}?range="
