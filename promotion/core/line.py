"""Who waits for a stage: a newer version of a model supersedes an older one that has not begun.

The state of a durable entity, one for each stage and model of a route. Pure: given the state and
what happens, the new state and the answer.
"""

from promotion.core.references import ModelVersion
from promotion.core.value import Value


class Waiting(Value):
    """A promotion that has come to the stage and has not begun to deploy there."""

    instance: str
    """Durable id of the orchestration that waits."""
    version: str


class Arrival(Value):
    """What a promotion is told when it comes to the stage."""

    older: tuple[str, ...] = ()
    """Durable ids of those that it supersedes."""
    newer: str | None = None
    """The newer version that waits already, and supersedes this one."""


class Line(Value):
    """Who waits for one stage with versions of one model."""

    waiting: tuple[Waiting, ...] = ()

    def arrive(self, model: ModelVersion, instance: str) -> tuple["Line", Arrival]:
        """``model`` comes; coming twice changes nothing."""
        others = [one for one in self.waiting if one.instance != instance]
        newer = [one.version for one in others if model.is_older_than(one.version)]
        if newer:
            return Line(waiting=tuple(others)), Arrival(newer=max(newer, key=int))
        older = [one for one in others if _version(model, one).is_older_than(model.version)]
        kept = [one for one in others if one not in older]
        line = Line(waiting=(*kept, Waiting(instance=instance, version=model.version)))
        return line, Arrival(older=tuple(one.instance for one in older))

    def leave(self, instance: str) -> "Line":
        """Whoever waited begins to deploy, or waits no longer."""
        return Line(waiting=tuple(one for one in self.waiting if one.instance != instance))


def _version(model: ModelVersion, waiting: Waiting) -> ModelVersion:
    return model.model_copy(update={"version": waiting.version})
