"""The base of every wait: what a version needs before it goes to a stage, and time or people give.

Waits are pure: they say what is so at a given moment, and the orchestrator does the waiting.
"""

from abc import abstractmethod
from collections.abc import Sized
from typing import Any, ClassVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict


def _at_least_one[T: Sized](listed: T) -> T:
    if not len(listed):
        raise ValueError("at least one is needed; leave the field out for its default")
    return listed


NOT_EMPTY = AfterValidator(_at_least_one)
"""Instead of min_length, with which an item that is wrong is not counted, and a second mistake."""


class Wait(BaseModel):
    """A wait as the policy states it. A subclass declares ``kind: Literal["…"]``.

    Waits stand among the gates of a stage. They do not judge the version: they keep it waiting.
    """

    # serialize_by_alias: `from` and `for` are written as they are read when a wait travels.
    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, serialize_by_alias=True
    )

    kinds: ClassVar[dict[str, type["Wait"]]] = {}
    """Every kind of wait by its name; a subclass enters itself."""

    kind: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the subclass under the literal of its ``kind``; an intermediate class has none."""
        super().__pydantic_init_subclass__(**kwargs)
        for kind in get_args(cls.model_fields["kind"].annotation):
            Wait.kinds[kind] = cls

    @property
    @abstractmethod
    def label(self) -> str:
        """How records and people call this wait: ``approval``, ``window`` or ``soak qa``."""

    @property
    @abstractmethod
    def in_words(self) -> str:
        """What a plan says it would wait for: ``an approval by 1 of Promotion.Approver``."""
