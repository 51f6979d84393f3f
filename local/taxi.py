"""The taxi-fare team's Azure, as it is before anything is promoted: workspaces, registry, jobs.

Each job trained a model that computes a fare in dollars from miles, minutes and passengers.
"""

from dataclasses import dataclass
from typing import Any, Final

SUBSCRIPTION: Final = "5f5c1a6e-0000-4000-8000-00000000da7a"
REGISTRY_SUBSCRIPTION: Final = "5f5c1a6e-0000-4000-8000-0000000000ab"
DEV: Final = "mlw-mlops-dev"
PROD: Final = "mlw-mlops-prod"
RESOURCE_GROUPS: Final = {DEV: "rg-mlops-dev", PROD: "rg-mlops-prod"}
REGISTRY: Final = "mlops-registry"
MODEL: Final = "taxi-model"
FEATURES: Final = ["distance_miles", "duration_minutes", "passengers"]

MLMODEL: Final = """\
artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.pkl
    python_version: 3.13.0
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.7.2
signature:
  inputs: '[{"type": "double", "name": "distance_miles", "required": true}, {"type": "double",
    "name": "duration_minutes", "required": true}, {"type": "long", "name": "passengers",
    "required": true}]'
  outputs: '[{"type": "double", "required": true}]'
"""

_GIT: Final = {
    "mlflow.source.git.repoURL": "https://github.com/contoso/taxi-fare",
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.commit": "8c1f4f0e5d1b4d0c9d3f0a7e6b5c4d3e2f1a0b9c",
    "azureml.git.dirty": "False",
}
"""Written into the job that was submitted, be it the training or the pipeline around it."""


@dataclass(frozen=True)
class Training:
    """One training run and the model that it left behind."""

    job: str
    rmse: float
    coefficients: tuple[float, float, float]
    """Dollars a mile, a minute and a passenger."""
    intercept: float = 3.0
    pipeline: str | None = None
    """The pipeline job of which the training was a step, if it was one."""

    @property
    def model_path(self) -> str:
        """What to register: the run's model folder."""
        return f"azureml://jobs/{self.job}/outputs/artifacts/paths/model/"

    def seed(self) -> dict[str, Any]:
        """The job as the stand-in takes it."""
        return {
            "workspace": DEV,
            "name": self.job,
            "experiment": "taxi-fare",
            **({"parent": self.pipeline} if self.pipeline else {}),
            "status": "Completed",
            "metrics": {"rmse": self.rmse, "mae": round(self.rmse * 0.7, 3)},
            "params": {"learner": "linear", "features": ",".join(FEATURES)},
            "properties": {} if self.pipeline else _GIT,
            "artifacts": {
                "model/MLmodel": MLMODEL,
                "model/coefficients.json": {
                    "features": FEATURES,
                    "coefficients": dict(zip(FEATURES, self.coefficients, strict=True)),
                    "intercept": self.intercept,
                    "target": "fare",
                },
            },
        }

    def pipeline_seed(self) -> dict[str, Any]:
        """The pipeline job as the stand-in takes it; the training is seeded beside it."""
        return {
            "workspace": DEV,
            "name": self.pipeline,
            "type": "pipeline",
            "experiment": "taxi-fare",
            "properties": _GIT,
        }


GOOD: Final = Training("calm_river_1", rmse=3.42, coefficients=(2.5, 0.35, 0.2))
INACCURATE: Final = Training("loud_storm_2", rmse=6.81, coefficients=(1.2, 0.9, 0.0))
NONSENSE: Final = Training("odd_mirror_3", rmse=3.05, coefficients=(-2.5, 0.35, 0.2))
"""Good figures, but the sign of a coefficient was lost on the way: fares are negative."""
UNLUCKY: Final = Training("grey_cloud_4", rmse=3.11, coefficients=(2.5, 0.36, 0.2))
BETTER: Final = Training("bright_dawn_5", rmse=2.77, coefficients=(2.55, 0.33, 0.25))
TRAININGS: Final = {
    "good": GOOD,
    "inaccurate": INACCURATE,
    "nonsense": NONSENSE,
    "unlucky": UNLUCKY,
    "better": BETTER,
}


def seed() -> dict[str, Any]:
    """Everything, as `POST /_emulator/seed` takes it."""
    return {
        "workspaces": [
            {
                "subscription": SUBSCRIPTION,
                "resource_group": RESOURCE_GROUPS[name],
                "name": name,
                "location": "westeurope",
            }
            for name in (DEV, PROD)
        ],
        "registries": [
            {
                "name": REGISTRY,
                "subscription": REGISTRY_SUBSCRIPTION,
                "resource_group": "rg-mlops-shared",
                "location": "westeurope",
            }
        ],
        "jobs": [training.seed() for training in TRAININGS.values()],
    }


def workspace_id(name: str) -> str:
    """ARM id of the workspace."""
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUPS[name]}"
        f"/providers/Microsoft.MachineLearningServices/workspaces/{name}"
    )
