"""`make docs`: writes a reference page for each kind of gate and wait, from its docstring."""

import sys
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from promotion.core.gates import Gate
from promotion.core.policy.duration import in_words
from promotion.core.waits import Wait

FOLDER = Path(__file__).parent / "reference" / "gates"


def pages() -> dict[str, str]:
    """Text by file name."""
    own = {f"{kind}.md": _page(kind, gate) for kind, gate in (*_GATES, *_WAITS)}
    return {"README.md": _INDEX.format(gates=_list(_GATES), waits=_list(_WAITS)), **own}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


_GATES = sorted(Gate.kinds.items())
_WAITS = sorted(Wait.kinds.items())

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


def _list(kinds: list[tuple[str, type[BaseModel]]]) -> str:
    return "\n".join(f"- [{kind}]({kind}.md): {_question(gate)}" for kind, gate in kinds)


def _page(kind: str, gate: type[BaseModel]) -> str:
    paragraphs = [" ".join(part.split()) for part in (gate.__doc__ or "").split("\n\n")]
    rows = [
        f"| `{info.alias or name}` | {_default(info.default)} | {info.description} |"
        for name, info in gate.model_fields.items()
        if name not in ("kind", "mode", "inconclusive")
    ]
    return "\n".join(
        [
            f"# {'Wait' if issubclass(gate, Wait) else 'Gate'} `{kind}`",
            "",
            *[line for text in paragraphs for line in (text, "")],
            "| Field | Default | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


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
