"""A story: a part of a policy, and a script of what happens with it and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.stories.support.scene import Scene


class Surprise(Exception):
    """Something is not as it should be; that ends the story."""

    def __init__(self, what: str, expected: object, seen: object) -> None:
        super().__init__(f"{what}: expected {expected}, but saw {seen}")
        self.what, self.expected, self.seen = what, str(expected), str(seen)


@dataclass(frozen=True)
class Story:
    """A script with the part of the policy that it needs."""

    script: Callable[["Scene"], None]
    """Its name is that of the story, and its docstring the story in a sentence."""
    route: str
    """The story's own route, as it stands under `routes`; called as the story is."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Further files, by their paths beside the policy."""

    @property
    def name(self) -> str:
        """How people ask for it; also the name of its route, its model and its endpoint."""
        return self.script.__name__.replace("_", "-")

    @property
    def title(self) -> str:
        """The story in a sentence."""
        return " ".join((self.script.__doc__ or "").split())


@dataclass(frozen=True)
class Ending:
    """How a story ended."""

    story: Story
    checks: int
    """How many expectations were met."""
    seconds: float
    surprise: Surprise | None = None
    """What was not as it should be; None when the story ended well."""


def online_endpoint(*names: str) -> dict[str, str]:
    """The files of those endpoints, as `az ml online-endpoint create -f` takes them."""
    return {f"deploy/{name}.yml": f"name: {name}\nauth_mode: key\n" for name in names}
