"""Binds every activity to the durable host.

The host may start a process for one function only, so each is loaded when it is first called:
whoever starts a process for intake does not pay for the activities.
"""

import pkgutil

import azure.durable_functions as df

import promotion.activities

activities = df.Blueprint()


def _bind(name: str) -> None:
    def invoke(order: dict) -> dict:  # type: ignore[type-arg]  # the worker wants plain classes
        from promotion.triggers.dispatch import carry_out

        return carry_out(name, order)

    invoke.__name__ = name
    activities.activity_trigger(input_name="order")(invoke)


for _module in pkgutil.iter_modules(promotion.activities.__path__):
    _bind(_module.name)
