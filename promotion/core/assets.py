"""What a deployment needs beside the model: environments and data that a team's file names."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from promotion.core.names import fingerprint
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value

type Kind = Literal["environment", "data"]
"""What a registry takes from a workspace. It takes no components and no code: azure-ai-ml 1.35.2
has ``share`` for models, environments and data only."""

_PLURALS: Final[dict[str, str]] = {"environment": "environments", "data": "data"}

_NAMED: Final = re.compile(r"azureml:([A-Za-z0-9][\w.-]*):([A-Za-z0-9][\w.-]*)", re.ASCII)
_FLOATING: Final = re.compile(r"azureml:([A-Za-z0-9][\w.-]*)(?:@[\w.-]+)?", re.ASCII)
_FLOATING_ID: Final = re.compile(r"azureml:/{1,2}[^/].*/([^/]+)/labels/[^/]+")
_ARM_ID: Final = re.compile(
    r"azureml:(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/"
    r"Microsoft\.MachineLearningServices/workspaces/[^/]+)/[^/]+/([^/]+)/versions/([^/]+)",
    re.IGNORECASE,
)
_CURATED: Final = "azureml-"
"""How names of Azure's own environments begin, which every workspace has. Azure-ai-ml leaves them
to Azure, too (``CURATED_ENV_PREFIX``)."""


class Asset(Value):
    """One version of an environment, or of data, that the source workspace has."""

    kind: Kind
    name: str
    version: str

    @property
    def plural(self) -> str:
        """The kind, as Azure's addresses have it."""
        return _PLURALS[self.kind]

    def version_in_registry(self, source: WorkspaceRef) -> str:
        """The version under which the registry has the copy from ``source``.

        A registry does not tell where data came from, and nobody can compare it. So its version
        is made from its origin. Environments keep theirs, because they can be compared.
        """
        if self.kind == "environment":
            return self.version
        origin = fingerprint(source.arm_id.lower(), self.kind, self.name, self.version)
        return f"{self.version}-{origin}"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}:{self.version}"


class InlineEnvironment(Value):
    """An environment that is described where it is used, and has no name."""

    definition: str
    """As JSON: image, and if need be conda_file, inference_config and os_type."""
    path: str
    """The file in which it stands, relative to the policy: its own paths begin there."""

    def __str__(self) -> str:
        return f"the environment described in {self.path}"


AnyAsset = Asset | InlineEnvironment


class Use(Value):
    """A field of a team's file that names an asset."""

    field: str
    """With dots, such as ``inputs.golden.path``."""
    what: AnyAsset
    reference: str | None = None
    """What the registry calls it, once it is there."""


class NotShareable(Exception):
    """What a file names cannot go along with the model; the text says why, and what to do."""


def read_reference(kind: str, written: str) -> Asset | None:
    """The asset of the source workspace that ``written`` names.

    None if it is not the source workspace's: a registry's, one of Azure's own environments, a
    plain path, or an id that names its workspace. Raises NotShareable for what means another
    version tomorrow, and for components and code.
    """
    if floating := _FLOATING.fullmatch(written) or _FLOATING_ID.fullmatch(written):
        raise NotShareable(
            f"{written} is whatever is newest when it is deployed; name the version that was "
            f"tested, such as {_with_version(written, floating[1])}"
        )
    found = _NAMED.fullmatch(written)
    if found is None or (kind == "environment" and found[1].lower().startswith(_CURATED)):
        return None
    if kind not in _PLURALS:
        raise NotShareable(
            f"a registry takes no {kind} from a workspace, so {written} cannot go along with the "
            f"model; {_WAYS_OUT.get(kind, _WRITE_TARGET)}"
        )
    return Asset(kind="data" if kind == "data" else "environment", name=found[1], version=found[2])


_WRITE_TARGET: Final = "or write assets: target if the workspace of the stage has it"
_WAYS_OUT: Final = {
    "component": "create it in the registry and name it azureml://registries/…, " + _WRITE_TARGET,
    "code": f"name the folder of the code, {_WRITE_TARGET}",
}


def workspace_in(written: str) -> tuple[str, str, str] | None:
    """ARM id of the workspace, name and version, if ``written`` is an asset's whole ARM id."""
    found = _ARM_ID.fullmatch(written)
    return (found[1], found[2], found[3]) if found else None


def to_share(uses: Iterable[Use]) -> tuple[AnyAsset, ...]:
    """Each asset once, in the order in which it is first used."""
    return tuple(dict.fromkeys(use.what for use in uses))


def with_references(uses: Iterable[Use], references: Mapping[AnyAsset, str]) -> tuple[Use, ...]:
    """The uses of assets that the registry has by now."""
    return tuple(
        use.model_copy(update={"reference": references.get(use.what, use.reference)})
        for use in uses
    )


def _with_version(written: str, name: str) -> str:
    if "/labels/" in written:
        return f"{written.partition('/labels/')[0]}/versions/3"
    return f"azureml:{name}:3"
