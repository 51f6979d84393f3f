"""Records of traffic say where: endpoints of several workspaces may have the same name."""

from contract.world import a_stage, shift

from local import taxi


def test_a_record_of_traffic_names_the_workspace(world):
    stage = world.standing("1")
    world.settle("shift_traffic", stage=stage, **shift(stage, {}))
    told = world.audit()[-1]["Properties"]
    assert (told["workspace"], told["endpoint"]) == (taxi.PROD, "taxi-fare")


def test_so_does_the_record_of_traffic_that_was_taken_back(world):
    world.serving("1")
    world.settle("undo", stage=a_stage("1"), restore={}, ours=[{"taxi-model-1": 100}])
    told = world.audit()[-1]
    assert told["Name"] == "promotion.traffic_shifted"
    assert told["Properties"]["workspace"] == taxi.PROD
    assert told["Properties"]["reason"] == "The rollout is taken back."
