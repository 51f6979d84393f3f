"""Who is told of a promotion: it travels with its plan."""

from promotion.core.notices.occasion import Occasion
from promotion.core.policy.notify import Webhook
from promotion.core.value import Value


class Audience(Value):
    """Whom the policy, and the app's settings, want to be told."""

    webhooks: tuple[Webhook, ...] = ()
    publish: bool = False
    """Whether there is a topic for events."""
    write_back: bool = False
    """Whether the end is written on the source model version."""

    def of(self, occasion: Occasion) -> "Audience":
        """Those who want to be told of that occasion."""
        wanted = tuple(one for one in self.webhooks if occasion in one.on)
        # A version that waits has not come to anything yet.
        ends = self.write_back and occasion is not Occasion.APPROVAL
        return Audience(webhooks=wanted, publish=self.publish, write_back=ends)

    @property
    def people(self) -> "Audience":
        """Without systems and tags, which are told of ends of promotions and of nothing else."""
        return Audience(webhooks=self.webhooks)

    @property
    def empty(self) -> bool:
        """Whether there is nobody."""
        return not (self.webhooks or self.publish or self.write_back)
