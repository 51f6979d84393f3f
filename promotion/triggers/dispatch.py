"""Carries out an activity: JSON in, JSON out."""

import json
import logging
from importlib import import_module
from typing import get_type_hints

from promotion.core.errors import Failure, Retryable, Terminal
from promotion.core.steps.base import FAILED, Receipt, Task
from promotion.core.value import Json
from promotion.loading import load

_logger = logging.getLogger("promotion")
_REPORT = "This is a fault of the promotion service: report it with the app's log of that time."


def carry_out(name: str, order: dict[str, Json]) -> dict[str, Json]:
    """The receipt of the activity ``name`` for ``order``.

    What trying again cannot mend becomes a reply, because the durable retry policy would try
    every exception again; the rest is raised, for the policy to retry.
    """
    load("azure.ai.ml", "azure.identity")  # here, before activities need it side by side
    function = getattr(import_module(f"promotion.activities.{name}"), name)
    order_type: type[Task] = get_type_hints(function)["order"]
    try:
        receipt: Receipt = function(order_type.model_validate(order))
    except Terminal as error:
        return {FAILED: error.failure.to_json()}
    except Retryable as error:
        # The host keeps one line of an exception: the failure travels in it, whole.
        raise Retryable(json.dumps(error.failure.to_json())) from error
    except OSError as error:
        raise Retryable(json.dumps({"reason": f"{name}: {error}", "code": "OSError"})) from error
    except Exception as error:  # a fault of ours: the same again ten times over would not help
        _logger.exception("the activity %s broke", name)
        kind = type(error).__name__
        failure = Failure(reason=f"{name} broke: {kind}: {error}", remedy=_REPORT, code=kind)
        return {FAILED: failure.to_json()}
    return receipt.to_json()
