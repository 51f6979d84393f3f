"""``open``: a page in the browser."""

from typing import Annotated
from urllib.parse import quote

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Json, Service
from promotion.cli.connection import Connection
from promotion.cli.exits import Exit, Failed
from promotion.cli.happenings import asset_of
from promotion.cli.paths import promotion_path
from promotion.cli.printing import plain
from promotion.cli.profiles import Login
from promotion.cli.states import in_words, name_of

_STUDIO = "https://ml.azure.com"
_REGISTRIES = "azureml://registries/"


@asks_the_service
def open_page(
    service: Service,
    promotion: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Of a promotion.", show_default=False)
    ] = None,
    *,
    print_url: Annotated[bool, typer.Option("--print", help="Only print the address.")] = False,
) -> None:
    """Open a model version in Azure ML Studio.

    As it stands in the registry. Without ID, the page of the service that describes its HTTP API;
    a service that takes a function key shows it to no browser.
    """
    url = f"{service.connection.api}/docs"
    if promotion is not None:
        url = _studio(service.get(promotion_path(promotion)).content, service.connection.tenant_id)
    elif not print_url:
        _must_open(service.connection)
    if not print_url:
        service.around.open_page(url)
    typer.echo(plain(url))  # a browser that could not show it does not say so


def _must_open(connection: Connection) -> None:
    """Raises Failed where a browser would only be told that it has no key.

    The key does not go into the address: it would stay in the history of the browser, which others
    read and which is kept in the cloud, and in the list of processes.
    """
    if connection.login is Login.KEY and not connection.is_here:
        what = f"{connection.api}/docs takes the function key, which a browser does not send."
        remedy = (
            f"Ask for {connection.api}/openapi.json with the header x-functions-key. The key does "
            "not belong into an address: it would stay in the browser's history."
        )
        raise Failed(Exit.NOT_ALLOWED, what, remedy)


def _studio(promotion: Json, tenant: str | None) -> str:
    """The page of the copy in the registry. Raises Failed when there is none (yet)."""
    asset = asset_of(promotion) or ""
    registry, _, path = asset.removeprefix(_REGISTRIES).partition("/models/")
    model, _, version = path.partition("/versions/")
    if not asset.startswith(_REGISTRIES) or not version:
        what = f"{name_of(promotion)} has no page: its promotion is {in_words(promotion['status'])}"
        why = f"{what}, and tells of no copy in the registry."
        raise Failed(Exit.NOT_FOUND, why, f"promote show {promotion['id']}")
    parts = (quote(part, safe="") for part in (registry, "models", model, "version", version))
    in_tenant = f"?tid={quote(tenant, safe='')}" if tenant else ""
    return f"{_STUDIO}/registries/{'/'.join(parts)}{in_tenant}"
