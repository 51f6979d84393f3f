"""What a preview needs of Azure and of services: as much as a promotion would ask, and no more."""

from promotion.core.assets import to_share
from promotion.core.candidate import Candidate
from promotion.core.plan import Plan
from promotion.core.preview import RoutePreview


def completed(plan: Plan, candidate: Candidate, *, tokens: bool = True) -> Candidate:
    """The candidate with what the gates of ``plan`` ask of endpoints and services.

    Without ``tokens`` services that want one are not asked. Raises Terminal, Retryable.
    """
    from promotion.azureml.champions import with_champions
    from promotion.azureml.sizes import with_size
    from promotion.handoff.services import hear

    gates = plan.all_gates
    if plan.needs_size(gates):
        candidate = with_size(candidate)
    champions = plan.targets_of_champions(gates)
    known = with_champions(candidate, champions, plan.source_name)
    return hear(known, gates, plan.hosts, tokens=tokens)


def with_missing(route: RoutePreview) -> RoutePreview:
    """With what could not go along with the model; only where it would get that far.

    Raises Retryable.
    """
    if route.plan is None or not route.judgement.passed:
        return route
    named = to_share(use for stage in route.plan.stages for use in stage.assets)
    if not named:
        return route
    from promotion.azureml.assets import missing

    return route.model_copy(update={"missing": missing(route.plan.source, named)})
