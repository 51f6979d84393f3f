"""Orders that tell people and other systems, and the orchestration that has them carried out."""

from datetime import datetime
from typing import ClassVar

from promotion.core.context import Context
from promotion.core.notices.audience import Audience
from promotion.core.notices.notice import Notice
from promotion.core.policy.notify import Webhook
from promotion.core.steps.base import Receipt, Task
from promotion.core.timing import Timing
from promotion.core.value import Value


class NotifyOrder(Value):
    """Tell everybody who wants to know: the input of the orchestrator ``notify``."""

    notice: Notice
    audience: Audience
    """Those who want to be told of this occasion."""
    timing: Timing


class TellOrder(Task):
    """What every order about a notice has."""

    failed_as: ClassVar[str] = "notice_failed"
    """The record of one that was given up."""

    notice: Notice

    @property
    def key(self) -> str:
        """Tells its record apart from those of the same name."""
        return " ".join(self.told.values())

    @property
    def told(self) -> dict[str, str]:
        """What records say of it."""
        return {"notice": self.notice.id, "occasion": self.notice.occasion.value}

    @property
    def context(self) -> Context:
        """Which promotion it is about."""
        return self.notice.context


class WebhookOrder(TellOrder):
    """Send a notice to one webhook."""

    activity = "notify_webhook"

    webhook: Webhook

    @property
    def told(self) -> dict[str, str]:
        return super().told | {"kind": self.webhook.kind, "setting": self.webhook.url_setting}


class PublishOrder(TellOrder):
    """Publish a notice as an event."""

    activity = "publish"

    @property
    def told(self) -> dict[str, str]:
        return super().told | {"kind": "event_grid", "setting": "PROMOTION_TOPIC"}


class WriteBackOrder(TellOrder):
    """Write the end of a promotion on the source model version."""

    activity = "write_back"
    failed_as = "write_back_failed"

    @property
    def told(self) -> dict[str, str]:
        return super().told | {"workspace": self.notice.source.name}


class TellReceipt(Receipt):
    """It has been told; when not settled, the far side did not take it this time."""

    not_before: datetime | None = None
    """The far side wants to be left alone until then."""
    code: str | None = None
    """Why it was not taken, to group by."""
