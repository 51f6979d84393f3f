"""The session of docs/how-to/three-environments.md, typed again on the whole service."""

from collections.abc import Iterator

import pytest

from docs.record import PAGE, Command, Terminal, session, three_environments

SECTIONS = session(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with three_environments(tmp_path_factory.mktemp("session")) as terminal:
        yield terminal


@pytest.mark.parametrize("commands", SECTIONS, ids=range(len(SECTIONS)))
def test_the_session_in_the_docs_goes_as_it_was_recorded(terminal, commands: list[Command]):
    for shown, played in zip(commands, terminal.play(commands), strict=True):
        assert played.essence == shown.essence, f"{shown.typed}\n{played.printed}"
