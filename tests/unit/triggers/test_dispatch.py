import json
import pkgutil
from importlib import import_module
from typing import get_type_hints

import pytest

import promotion.activities
from promotion.core.steps.base import Receipt, Task
from promotion.triggers.dispatch import carry_out

NAMES = [module.name for module in pkgutil.iter_modules(promotion.activities.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_an_activity_has_the_name_of_its_file_and_of_its_order(name):
    function = getattr(import_module(f"promotion.activities.{name}"), name)
    hints = get_type_hints(function)
    assert issubclass(hints["order"], Task)
    assert hints["order"].activity == name
    assert issubclass(hints["return"], Receipt)
    assert function.__doc__


def test_every_order_has_an_activity():
    def concrete(order: type[Task]) -> set[str]:
        own = {order.activity} if "activity" in vars(order) else set()
        return own.union(*map(concrete, order.__subclasses__()))

    assert concrete(Task) == set(NAMES)


def test_a_fault_of_ours_becomes_a_failure_that_says_so_instead_of_ten_tries():
    order = json.loads('{"context": {"promotion_id": "p"}}')
    reply = carry_out("record", order)
    assert reply["failed"]["reason"].startswith("record broke: ValidationError")
    assert "report it" in reply["failed"]["remedy"]
