"""Blobs as azure-storage-blob reads and writes them, and the control route that makes them."""

from collections.abc import Iterator

import pytest
from azure.core import MatchConditions
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobClient, ContainerClient
from standin_client import Client

CONTENT = b"version: 1\n"
PATH = "policies/team/promotion.yaml"


class AnyToken:
    """A credential that everybody believes."""

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken("anything", 4_000_000_000)


@pytest.fixture
def blob(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobClient]:
    """The blob as somebody else has put it there."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(client.azure.ca_file))
    client.send("PUT", f"/_emulator/blobs/{PATH}", content=CONTENT)
    url = f"{client.azure.url}/account/{PATH}"
    with BlobClient.from_blob_url(url, credential=AnyToken(), retry_total=0) as found:
        yield found


def again(client: Client) -> None:
    client.send("PUT", f"/_emulator/blobs/{PATH}", content=CONTENT)


def test_the_account_is_the_first_part_of_the_path(blob: BlobClient) -> None:
    assert (blob.account_name, blob.container_name) == ("account", "policies")
    assert blob.blob_name == "team/promotion.yaml"


def test_a_blob_is_downloaded_with_its_etag_and_its_time(blob: BlobClient) -> None:
    download = blob.download_blob()

    assert download.readall() == CONTENT
    assert download.properties.etag == blob.get_blob_properties().etag
    assert download.properties.size == len(CONTENT)
    assert download.properties.last_modified.tzinfo is not None


def test_an_empty_blob_is_downloaded(client: Client, blob: BlobClient) -> None:
    client.send("PUT", f"/_emulator/blobs/{PATH}", content=b"")

    assert blob.download_blob().readall() == b""


def test_a_blob_is_downloaded_in_pieces(client: Client, blob: BlobClient) -> None:
    assert blob.download_blob(offset=9, length=100).readall() == CONTENT[9:]
    assert blob.download_blob(offset=0, length=7).readall() == b"version"


def test_a_blob_that_has_not_changed_is_304(client: Client, blob: BlobClient) -> None:
    known = {"etag": blob.download_blob().properties.etag}

    # Of this name, because the SDK goes by storage's code, ConditionNotMet, and not by the status.
    with pytest.raises(ResourceModifiedError) as raised:
        blob.download_blob(match_condition=MatchConditions.IfModified, **known)

    assert raised.value.status_code == 304
    again(client)
    assert (
        blob.download_blob(match_condition=MatchConditions.IfModified, **known).readall() == CONTENT
    )


def test_an_etag_is_another_after_each_write(client: Client, blob: BlobClient) -> None:
    before = blob.get_blob_properties().etag
    again(client)

    assert blob.get_blob_properties().etag != before
    assert blob.get_blob_properties().etag == blob.get_blob_properties().etag


def test_a_blob_that_has_changed_is_412_for_who_wants_the_old_one(
    client: Client, blob: BlobClient
) -> None:
    known = {"etag": blob.get_blob_properties().etag}
    again(client)

    with pytest.raises(ResourceModifiedError):
        blob.download_blob(match_condition=MatchConditions.IfNotModified, **known)


def test_a_blob_that_is_not_there_says_so(client: Client, blob: BlobClient) -> None:
    assert client.delete(f"/_emulator/blobs/{PATH}").status_code == 204

    with pytest.raises(ResourceNotFoundError) as raised:
        blob.download_blob()

    assert raised.value.error_code == "BlobNotFound"
    assert not blob.exists()
    assert client.delete(f"/_emulator/blobs/{PATH}").status_code == 404


def test_a_blob_is_uploaded_once_unless_it_may_be_overwritten(blob: BlobClient) -> None:
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"2")
    blob.upload_blob(b"2", overwrite=True)

    assert blob.download_blob().readall() == b"2"


def test_a_container_lists_names_and_sizes(client: Client, blob: BlobClient) -> None:
    container = ContainerClient.from_container_url(
        f"{client.azure.url}/account/policies", credential=AnyToken()
    )

    found = list(container.list_blobs(name_starts_with="team/"))

    assert [(one.name, one.size) for one in found] == [("team/promotion.yaml", len(CONTENT))]
    assert list(container.list_blobs(name_starts_with="other/")) == []


def test_the_control_route_says_where_the_blob_is(client: Client) -> None:
    made = client.send("PUT", "/_emulator/blobs/policies/a b.yaml", content=b"123").json()

    got = client.get(made["url"], headers={"x-ms-version": "2021-08-06"})

    assert (got.content, got.headers["etag"], made["size"]) == (b"123", made["etag"], 3)


def test_without_the_version_header_of_storage_it_is_no_blob(client: Client) -> None:
    assert client.get(f"/account/{PATH}").headers.get("x-ms-error-code") is None


def test_storage_wants_a_token_or_a_signature(client: Client) -> None:
    version = {"x-ms-version": "2021-08-06"}

    assert client.get(f"/account/{PATH}", token="", headers=version).status_code == 401
