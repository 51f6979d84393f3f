"""Publishes what happened as an event, for other systems."""

from promotion import audit
from promotion.core.address import Address
from promotion.core.errors import Terminal
from promotion.core.notices.event import event
from promotion.core.steps.notices import PublishOrder, TellReceipt
from promotion.loading import load
from promotion.notices.event_grid import publish as send
from promotion.settings import read_settings


def publish(order: PublishOrder) -> TellReceipt:
    """Settled once the topic has taken it. Twice is possible, with the same id."""
    topic = read_settings().topic
    if topic is None:
        raise Terminal(
            "There is no topic any more: PROMOTION_TOPIC is not set.", code="SettingMissing"
        )
    if not _is_address(topic):
        raise Terminal(
            "PROMOTION_TOPIC is not the endpoint of an Event Grid topic, which begins with https://.",
            remedy="Set it to the topic's endpoint, as its overview in the portal shows it.",
            code="SettingInvalid",
        )
    load("azure.eventgrid")
    made = event(order.notice)
    later = send(topic, made)
    if later is not None:
        return TellReceipt(
            settled=False, note=later.note, not_before=later.not_before, code=later.code
        )
    audit.emit(
        "notice_sent",
        order.context,
        key=order.key,
        notice=made.id,
        occasion=order.notice.occasion.value,
        kind="event_grid",
        setting="PROMOTION_TOPIC",
        type=made.type,
    )
    return TellReceipt()


def _is_address(topic: str) -> bool:
    try:
        Address.of(topic)
    except ValueError:
        return False
    return True
