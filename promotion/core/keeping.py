"""Which retirement removes a replaced deployment: the last that was to keep it.

The state of the durable entity that deliveries to one endpoint lock. A version that was replaced,
rolled back to and replaced again is to be kept as long as if it had been replaced only now. Pure.
"""

from promotion.core.value import Value


class Kept(Value):
    """What is kept at an endpoint without traffic."""

    by: dict[str, str] = {}
    """Durable id of the retirement that will remove it, by deployment."""

    def keep(self, deployments: list[str], retirement: str) -> "Kept":
        """They were replaced just now; an earlier retirement leaves them alone."""
        return Kept(by=self.by | dict.fromkeys(deployments, retirement))

    def of(self, retirement: str) -> list[str]:
        """What this retirement is to remove."""
        return [name for name, keeper in self.by.items() if keeper == retirement]

    def without(self, retirement: str) -> "Kept":
        """Its time has come: nothing is kept by it any more."""
        return Kept(by={name: keeper for name, keeper in self.by.items() if keeper != retirement})
