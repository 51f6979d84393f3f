"""Looks what an endpoint serves, and what it could."""

from promotion.azureml.scene import scene_of
from promotion.core.steps.operations import SceneOrder, SceneReceipt


def look_at_scene(order: SceneOrder) -> SceneReceipt:
    """The endpoint with all its deployments."""
    return SceneReceipt(scene=scene_of(order.target))
