import sys

import pytest

from promotion.cli.surroundings import Surroundings


class Stream:
    def __init__(self, is_terminal):
        self.isatty = lambda: is_terminal


@pytest.mark.parametrize(
    ("terminals", "asked"),
    [("stdin stdout stderr", True), ("stdin stderr", True), ("stdin stdout", False), ("", False)],
)
def test_whoever_types_and_reads_errors_can_be_asked_wherever_the_output_goes(
    terminals, asked, monkeypatch
):
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(name in terminals.split()))
    found = Surroundings().is_terminal()
    monkeypatch.undo()
    assert found is asked
