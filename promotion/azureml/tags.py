"""Tags of endpoints, changed without touching anything else.

An update of tags alone is the one thing for which Azure has a PATCH on an endpoint, so it cannot
undo a change of traffic that somebody makes at the same time.

Source: https://learn.microsoft.com/rest/api/azureml/online-endpoints/update
"""

from typing import Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors

_API: Final = "2024-10-01"


def set_tag(resource: str, name: str, value: str) -> bool:
    """Whether the endpoint has the tag; if not, Azure is asked to set it.

    ``resource`` is its Azure Resource Manager id. An endpoint that does not exist needs no tag.
    """
    from azure.core.exceptions import ResourceNotFoundError

    url = f"{access.resource_manager().rstrip('/')}{resource}"
    endpoint = resource.rsplit("/", 1)[-1]
    with azure_errors(f"tag the endpoint {endpoint}", Role.DEPLOY):
        try:
            found = access.request("GET", url, params={"api-version": _API}).json()
        except ResourceNotFoundError:
            return True
        tags = found.get("tags") or {}
        if tags.get(name) == value:
            return True
        body = {"tags": {**tags, name: value}}
        access.request("PATCH", url, params={"api-version": _API}, body=body)
        return False
