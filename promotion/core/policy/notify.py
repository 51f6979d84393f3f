"""Whom a route tells what happens to its versions."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from promotion.core.notices.occasion import USUAL, Occasion
from promotion.core.value import Value
from promotion.core.ways.pipelines import SettingName

MAX_WEBHOOKS = 10
"""Of one route."""


def _once(occasions: tuple[Occasion, ...]) -> tuple[Occasion, ...]:
    if len(set(occasions)) < len(occasions):
        raise ValueError("each occasion is named once")
    return occasions


class Webhook(Value):
    """A channel of people, or a service, that is told what happens."""

    kind: Literal["teams", "slack", "json"] = Field(
        description="Microsoft Teams (a Workflows webhook), Slack (an incoming webhook), or plain "
        "JSON for a service of your own."
    )
    url_setting: SettingName = Field(
        description="Name of the app setting that holds the webhook's address, which is a secret."
    )
    token_setting: SettingName | None = Field(
        default=None,
        description="Of kind json: name of the app setting that holds a token, sent as "
        "`Authorization: Bearer`.",
    )
    on: Annotated[tuple[Occasion, ...], AfterValidator(_once)] = Field(
        default=USUAL,
        min_length=1,
        description="What it is told about; all but cancelled and superseded unless stated.",
    )

    @model_validator(mode="after")
    def _has_a_token_only_where_one_is_sent(self) -> Self:
        if self.token_setting is not None and self.kind != "json":
            raise ValueError(
                f"{self.kind} takes no token, its address is the secret; "
                "token_setting is for kind json"
            )
        return self


def _no_address_twice(webhooks: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    named = [webhook.url_setting for webhook in webhooks]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise ValueError(f"the setting {twice} is named twice, so every message would come twice")
    return webhooks


Webhooks = Annotated[
    tuple[Webhook, ...], Field(max_length=MAX_WEBHOOKS), AfterValidator(_no_address_twice)
]
