"""Ten thousand records are drawn in less than two seconds."""

from time import perf_counter

from dashboards.browser.month import write_month
from dashboards.browser.server import served

LIMIT = 2.0
TRIES = 6


def test_ten_thousand_records_are_ready_in_two_seconds(viewer, tmp_path):
    path = write_month(tmp_path / "audit.jsonl", days=90, a_day=11)
    with path.open(encoding="utf-8") as file:
        assert sum(1 for _ in file) > 10_000
    took = []
    with served(path) as root:
        while len(took) < TRIES and (not took or min(took) > LIMIT):
            began = perf_counter()
            viewer.open(f"{root}?range=")
            took.append(perf_counter() - began)
    # The best of several, because other tests run on the same cores.
    assert min(took) < LIMIT
