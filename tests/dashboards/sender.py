"""A process that writes records as the Functions worker does with telemetry switched on.

Standard input: JSON lines in the shape of AppEvents. Each is written with `promotion.audit.emit`
inside a span, whose trace is printed first. The first argument says how the process ends: `exit` as
programs do, `kill` at once.
"""

import json
import os
import sys
from typing import Any

from azure_functions_runtime.otel import initialize_azure_monitor
from opentelemetry import trace

from promotion import audit
from promotion.core.context import Context
from promotion.core.references import ModelVersion

_OF_THE_CONTEXT = ("promotion_id", "route", "model", "version", "source", "stage", "actor")


def main(ending: str) -> None:
    initialize_azure_monitor()  # what the worker calls for this setting before it loads the app
    with trace.get_tracer("test").start_as_current_span("activity") as span:
        sys.stdout.write(f"{span.get_span_context().trace_id:032x}\n")
        for number, line in enumerate(sys.stdin):
            _emit(json.loads(line), str(number))
    if ending == "kill":
        sys.stdout.flush()
        os._exit(1)


def _emit(row: dict[str, Any], key: str) -> None:
    told = dict(row["Properties"])
    context = None
    if told.get("promotion_id"):
        given = {name: told.pop(name, None) for name in _OF_THE_CONTEXT}
        model = ModelVersion(name=given.pop("model"), version=given.pop("version"))
        context = Context(model=model, **given)
    details = {
        name: text for name, text in told.items() if name not in ("schema_version", "record_id")
    }
    name = row["Name"].removeprefix(audit.PREFIX)
    audit.emit(name, context, measurements=row["Measurements"], key=key, **details)


if __name__ == "__main__":
    main(sys.argv[1])
