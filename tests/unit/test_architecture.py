import subprocess
import sys

from azure.eventgrid import SystemEventNames

from promotion.core.events import MODEL_REGISTERED
from promotion.settings import APP_ROOT


def loaded_by(statement: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after that statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=APP_ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_the_event_type_is_the_one_that_azure_eventgrid_names():
    name = SystemEventNames.MachineLearningServicesModelRegisteredEventName
    assert name.value == MODEL_REGISTERED


def test_loading_the_app_loads_neither_the_sdk_nor_the_credential_nor_the_rules():
    loaded = loaded_by("import function_app")
    assert not loaded & {"azure.ai.ml", "azure.identity", "azure.core", "ruamel.yaml"}
    assert not {name for name in loaded if name.startswith(("promotion.core", "promotion.cli"))}


def test_intake_never_loads_the_sdk():
    assert "azure.ai.ml" not in loaded_by("import promotion.triggers.intake, promotion.azureml")


def test_neither_does_loading_every_activity():
    code = (
        "import pkgutil, importlib, promotion.activities as a\n"
        "for m in pkgutil.iter_modules(a.__path__):"
        " importlib.import_module(f'promotion.activities.{m.name}')"
    )
    assert not loaded_by(code) & {"azure.ai.ml", "azure.identity"}


def test_the_command_line_shows_its_help_without_azure():
    loaded = loaded_by("import promotion.cli.app")
    assert not {name for name in loaded if name.partition(".")[0] == "azure"}


def test_the_http_api_never_loads_the_sdk():
    loaded = loaded_by("import promotion.api.dispatch, promotion.triggers.durable_engine")
    assert not loaded & {"azure.ai.ml", "azure.identity"}


def test_the_http_api_knows_nothing_of_functions():
    loaded = loaded_by("import promotion.api.dispatch")
    assert not {name for name in loaded if name.partition(".")[0] == "azure"}
