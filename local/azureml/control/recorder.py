"""What was asked, what shall go wrong, and how traffic has moved."""

import re

from local.azureml.control import bad_request, checked, unknown
from local.azureml.faults import Fault
from local.azureml.wire import Call, Reply


def get_ledger(call: Call) -> Reply:
    """?method=&path=<regular expression>&after=<seq>"""
    query = call.query
    try:
        entries = call.cloud.ledger.entries(
            query.get("method", ""), query.get("path", ""), int(query.get("after") or 0)
        )
    except (ValueError, re.error) as error:
        raise bad_request(str(error)) from None
    return Reply(body={"entries": entries})


def delete_ledger(call: Call) -> Reply:
    call.cloud.ledger.clear()
    return Reply(204)


def get_faults(call: Call) -> Reply:
    return Reply(body={"faults": call.cloud.faults.all()})


def post_fault(call: Call) -> Reply:
    fault = checked(Fault.parse, call)
    call.cloud.faults.add(fault)
    return Reply(201, {"id": fault.id})


def release_fault(call: Call) -> Reply:
    """Lets the requests that a fault holds go on."""
    if not call.cloud.faults.release(call.params["fault"]):
        raise unknown(f"there is no fault {call.params['fault']}")
    return Reply(204)


def delete_faults(call: Call) -> Reply:
    call.cloud.faults.clear()
    return Reply(204)


def get_traffic(call: Call) -> Reply:
    return Reply(body={"endpoints": call.cloud.store.traffic.states})
