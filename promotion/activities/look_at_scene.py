"""Looks what an endpoint serves, and what it could."""

from promotion.azureml.scene import batch_scene_of, scene_of
from promotion.core.steps.operations import SceneOrder, SceneReceipt


def look_at_scene(order: SceneOrder) -> SceneReceipt:
    """The endpoint with all its deployments."""
    look = batch_scene_of if order.batch else scene_of
    return SceneReceipt(scene=look(order.target))
