"""`make docs`: writes a reference page for each kind of gate, wait and check, of its docstring.

The OpenAPI document is written from the endpoints of the API, the page of the command line from its
commands.
"""

import sys
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from docs import command_line
from promotion.api.openapi import document
from promotion.core.checks import Check
from promotion.core.gates import Gate
from promotion.core.policy.duration import in_words
from promotion.core.waits import Wait

FOLDER = Path(__file__).parent / "reference"


def pages() -> dict[str, str]:
    """Text by path in the folder."""
    gates = {f"gates/{kind}.md": _page(kind, gate) for kind, gate in (*_GATES, *_WAITS)}
    checks = {f"checks/{kind}.md": _page(kind, check) for kind, check in _CHECKS}
    return {
        "gates/README.md": _INDEX.format(gates=_list(_GATES), waits=_list(_WAITS)),
        **gates,
        "checks/README.md": _INDEX_OF_CHECKS.format(checks=_list(_CHECKS)),
        **checks,
        "openapi.json": document(),
        "command-line.md": command_line.page(),
    }


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")


_GATES = sorted(Gate.kinds.items())
_WAITS = sorted(Wait.kinds.items())
_CHECKS = sorted(Check.kinds.items())
_OF_ALL = ("kind", "mode", "inconclusive", "failures_allowed", "wait_at_most")
"""Fields that an index tells once for all."""

_INDEX = """\
# Gates

Questions that a version must pass, under `gates` of a route, before it is copied, or under `gates`
of a stage, before it goes there. All gates of one place are always asked, so that nobody learns of
a second failure only after mending the first.

{gates}

Every one of them has two fields more, whose defaults the policy's `defaults.gates` can change:

- `mode`: `enforce` (the default) refuses a version that does not pass, `warn` only records the
  verdict, `off` does not ask.
- `inconclusive`, for when the evidence is missing: `fail` (the default) refuses the version,
  `hold` waits and asks again, for as long as the [app setting](../settings.md)
  `PROMOTION_HOLD_LIMIT` says.

The verdict is *passed*, *failed*, *inconclusive* (the evidence is missing) or *error* (the gate
itself could not be evaluated). It says why in one sentence with the figures, what to do about it,
and the smallest change that would pass, where one can be computed.

## Waits

Under `gates` of a stage only: they keep a version waiting for time or for people.

{waits}
"""

_INDEX_OF_CHECKS = """\
# Checks

Questions to a new deployment while its rollout is under way, under `verify` of an `online` stage,
beside its `smoke_test`: before each change of its traffic and after the last one. During a canary
they are asked when a step has lasted as long as `every` says, and at the end of a `shadow`.

{checks}

Every one of them has four fields more:

- `mode`: `enforce` (the default) takes the rollout back when the check fails, `warn` only records
  the finding and waits for nothing, `off` does not ask.
- `failures_allowed` (`0`): how many looks of one verification may fail before it counts. After one
  that is allowed it looks again, a little later.
- `wait_at_most` (`30m`): how long one verification waits for an answer that is *inconclusive*,
  looking again and again. The rollout stays at its step meanwhile. Such waits do not count against
  the `time_limit` of the stage.
- `inconclusive`: what follows then. `fail` (the default) takes the rollout back, `pass` goes on,
  and `hold` stays and goes on asking, for as long as the [app setting](../settings.md)
  `PROMOTION_HOLD_LIMIT` says; then the rollout is taken back.

All checks are asked at each look, and a verification has passed when none of them is open any more
at the same look. What each found is recorded with all figures as
[`promotion.verified`](../audit.md).
A rollout that is taken back names every check that failed.

The app reads Azure Monitor as itself: its identity needs *Monitoring Reader* on the workspace of
the stage.
"""


def _list(kinds: list[tuple[str, type[BaseModel]]]) -> str:
    return "\n".join(f"- [{kind}]({kind}.md): {_question(gate)}" for kind, gate in kinds)


def _page(kind: str, gate: type[BaseModel]) -> str:
    paragraphs = [" ".join(part.split()) for part in (gate.__doc__ or "").split("\n\n")]
    rows = [
        f"| `{info.alias or name}` | {_default(info.default)} | {info.description} |"
        for name, info in gate.model_fields.items()
        if name not in _OF_ALL
    ]
    return "\n".join(
        [
            f"# {_family(gate)} `{kind}`",
            "",
            *[line for text in paragraphs for line in (text, "")],
            "| Field | Default | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _family(model: type[BaseModel]) -> str:
    return next((base.__name__ for base in (Wait, Check) if issubclass(model, base)), "Gate")


def _question(gate: type[BaseModel]) -> str:
    return " ".join((gate.__doc__ or "").split("\n\n")[0].split())


def _default(default: object) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, timedelta):
        return f"`{in_words(default)}`"
    if isinstance(default, tuple | dict):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{default}`"


if __name__ == "__main__":
    sys.exit(main())
