"""Whoever reads audit records with the real command line, and what is recorded."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboards.history import BEGINNING, History
from typer.testing import CliRunner, Result

from promotion.cli.app import app
from promotion.cli.surroundings import Surroundings

NOWHERE = {"PROMOTE_CONFIG": "/no/such"}


def a_history() -> History:
    """One version is refused, and one is served after its approval."""
    history = History()
    refused = history.promotion("1")
    why = {"reason": "rmse is 7; the policy wants at most 5.", "remedy": "Train it longer."}
    gate = {"gate": "metric rmse", "outcome": "failed", "mode": "enforce"}
    refused.tells("evidence", registered_at=BEGINNING.isoformat())
    refused.tells("gate_evaluated", **gate, **why)
    refused.tells("rejected", code="GateFailed", **why)
    served = history.promotion("2")
    served.tells("evidence", registered_at=BEGINNING.isoformat())
    served.tells("copied")
    served.tells("approval_requested", "prod", by="bob", quorum="1", until="")
    history.pass_by(hours=2)
    served.tells("approved", "prod", by="bob", comment="fine")
    place = {"deployment": "taxi-2", "endpoint": "taxi", "workspace": "mlw-prod"}
    served.tells("deploying", "prod", **place)
    served.tells("deployed", "prod", **place)
    served.tells("traffic_shifted", "prod", {"traffic": 100.0}, after='{"taxi-2": 100}', **place)
    served.tells("succeeded")
    return history


def written(history: History, file: Path) -> Path:
    """As the service writes it."""
    file.write_text("".join(f"{json.dumps(row)}\n" for row in history.rows), encoding="utf-8")
    return file


def typed(
    *words: str, environment: Mapping[str, str] | None = None, days: float = 1, **around: Any
) -> Result:
    """What comes of ``promote`` with those words, so many days after the history began."""
    surroundings = Surroundings(
        now=lambda: BEGINNING + timedelta(days=days),
        environment=NOWHERE | dict(environment or {}),
        **around,
    )
    return CliRunner().invoke(app, list(words), obj=surroundings)
