"""Sends a notice to one webhook."""

from promotion import audit
from promotion.core.notices.body import body_for
from promotion.core.steps.notices import TellReceipt, WebhookOrder
from promotion.notices.links import links_of
from promotion.notices.webhooks import post


def notify_webhook(order: WebhookOrder) -> TellReceipt:
    """Settled once the webhook has taken it. Twice is possible, with the same id in the message."""
    notice, webhook = order.notice, order.webhook
    later = post(webhook, body_for(webhook.kind, notice, links_of(notice)))
    if later is not None:
        return TellReceipt(
            settled=False, note=later.note, not_before=later.not_before, code=later.code
        )
    audit.emit(
        "notice_sent",
        order.context,
        key=order.key,
        notice=notice.id,
        occasion=notice.occasion.value,
        kind=webhook.kind,
        setting=webhook.url_setting,
    )
    return TellReceipt()
