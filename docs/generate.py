"""`make docs`: writes the reference page of each kind of gate, from its docstring and fields."""

import sys
from pathlib import Path

from pydantic_core import PydanticUndefined

from promotion.core.gates import Gate
from promotion.core.policy.duration import in_words

FOLDER = Path(__file__).parent / "reference" / "gates"


def pages() -> dict[str, str]:
    """Text by file name."""
    kinds = sorted(Gate.kinds.items())
    index = "\n".join(f"- [{kind}]({kind}.md): {_question(gate)}" for kind, gate in kinds)
    own = {f"{kind}.md": _page(kind, gate) for kind, gate in kinds}
    return {"README.md": _INDEX.format(index=index), **own}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


_INDEX = """\
# Gates

Questions that a version must pass before it is copied. All gates of a route are always asked, so
that nobody learns of a second failure only after mending the first.

{index}

Every gate has a `mode`: `enforce` (the default) refuses a version that does not pass, `warn` only
records the verdict, `off` does not ask. The verdict is *passed*, *failed*, *inconclusive* (the
evidence is missing, which refuses as a failure does) or *error* (the gate itself broke).
"""


def _page(kind: str, gate: type[Gate]) -> str:
    paragraphs = [" ".join(part.split()) for part in (gate.__doc__ or "").split("\n\n")]
    rows = [
        f"| `{name}` | {_default(info.default)} | {info.description} |"
        for name, info in gate.model_fields.items()
        if name not in ("kind", "mode")
    ]
    return "\n".join(
        [
            f"# Gate `{kind}`",
            "",
            *[line for text in paragraphs for line in (text, "")],
            "| Field | Default | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _question(gate: type[Gate]) -> str:
    return " ".join((gate.__doc__ or "").split("\n\n")[0].split())


def _default(default: object) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{in_words(default)}`" if hasattr(default, "total_seconds") else f"`{default}`"


if __name__ == "__main__":
    sys.exit(main())
