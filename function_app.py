"""The Azure Functions app: registers what the packages declare, nothing else."""

import azure.durable_functions as df
import azure.functions as func

from promotion.triggers.activities import activities
from promotion.triggers.event_grid import events
from promotion.triggers.http import api
from promotion.triggers.orchestrations import orchestrations

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for blueprint in (events, orchestrations, activities, api):
    app.register_functions(blueprint)
