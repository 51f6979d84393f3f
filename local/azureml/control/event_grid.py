"""Event subscriptions, their deliveries, and events that no service has published."""

from local.azureml.control import bad_request, checked, unknown
from local.azureml.wire import Call, Reply
from local.eventgrid import HandshakeFailed, UnknownEvent, UnknownSubscription


def subscribe(call: Call) -> Reply:
    """Creates a subscription after the handshake; 400 says why it failed."""
    try:
        subscription = checked(call.cloud.event_grid.subscribe, call)
    except HandshakeFailed as error:
        body = {"error": {"code": "URL validation", "message": str(error)}}
        return Reply(400, body)
    return Reply(201, subscription.as_json())


def list_subscriptions(call: Call) -> Reply:
    found = call.cloud.event_grid.subscriptions()
    return Reply(body={"subscriptions": [subscription.as_json() for subscription in found]})


def get_subscription(call: Call) -> Reply:
    try:
        return Reply(body=call.cloud.event_grid.subscription(call.params["name"]).as_json())
    except UnknownSubscription:
        raise _no_subscription(call) from None


def unsubscribe(call: Call) -> Reply:
    try:
        call.cloud.event_grid.unsubscribe(call.params["name"])
    except UnknownSubscription:
        raise _no_subscription(call) from None
    return Reply(204)


def unsubscribe_all(call: Call) -> Reply:
    for subscription in call.cloud.event_grid.subscriptions():
        call.cloud.event_grid.unsubscribe(subscription.name)
    return Reply(204)


def deliveries(call: Call) -> Reply:
    try:
        found = call.cloud.event_grid.deliveries(call.params["name"])
    except UnknownSubscription:
        raise _no_subscription(call) from None
    return Reply(body={"deliveries": found})


def dead_letters(call: Call) -> Reply:
    try:
        found = call.cloud.event_grid.dead_letters(call.params["name"])
    except UnknownSubscription:
        raise _no_subscription(call) from None
    return Reply(body={"dead_letters": found})


def publish(call: Call) -> Reply:
    """The body as it is, to the subscriptions that match or to ?subscription=<name>."""
    name = call.query.get("subscription")
    try:
        message = call.cloud.event_grid.publish_given(call.raw, name)
    except UnknownSubscription:
        raise unknown(f"There is no subscription {name}.") from None
    return Reply(202, {"id": message.id})


def list_events(call: Call) -> Reply:
    return Reply(body={"events": [found.as_json() for found in call.cloud.event_grid.events()]})


def redeliver(call: Call) -> Reply:
    """{times}: delivers a past event again, as Event Grid may at any time."""
    times = call.body.get("times", 1)
    if not isinstance(times, int) or times < 1:
        raise bad_request("times is a whole number of at least 1")
    try:
        call.cloud.event_grid.redeliver(call.params["id"], times)
    except UnknownEvent:
        raise unknown(f"No event {call.params['id']} was published.") from None
    return Reply(202)


def _no_subscription(call: Call) -> Exception:
    return unknown(f"There is no subscription {call.params['name']}.")
