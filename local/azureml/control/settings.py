"""Durations, and behaviours of Azure that are known to vary."""

from local.azureml.control import checked
from local.azureml.wire import Call, Reply


def get_clock(call: Call) -> Reply:
    return Reply(body=call.cloud.settings.clock())


def put_clock(call: Call) -> Reply:
    """Holds for operations that start from now on."""
    checked(call.cloud.settings.set_clock, call)
    return get_clock(call)


def get_behaviour(call: Call) -> Reply:
    return Reply(body=call.cloud.settings.behaviour())


def put_behaviour(call: Call) -> Reply:
    checked(call.cloud.settings.set_behaviour, call)
    return get_behaviour(call)
