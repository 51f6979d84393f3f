"""Files: code found by its hash or uploaded, and the blob storage below."""

from standin_client import Client, workspace_id

CODE = f"{workspace_id()}/codes/abc/versions"
HASH = {"hash_sha256": "123", "hash_version": 202208}


def test_code_that_nobody_has_uploaded_is_an_empty_list(client: Client) -> None:
    assert client.get(f"{CODE}?hash=123&hashVersion=202208").json() == {"value": []}


def test_uploaded_code_is_found_by_its_hash_under_any_name(client: Client) -> None:
    upload = client.post(f"{CODE}/1/startPendingUpload", {"pendingUploadType": "x"}).json()
    folder = upload["blobReferenceForConsumption"]["blobUri"] + "/score"

    made = client.put(f"{CODE}/1", {"properties": {"codeUri": folder, "properties": HASH}})

    assert made.status_code == 201
    assert made.json()["properties"]["isAnonymous"] is False
    assert made.json()["properties"]["properties"]["hash_version"] == "202208"
    found = client.get(f"{workspace_id()}/codes/other/versions?hash=123").json()["value"]
    assert [version["id"] for version in found] == [made.json()["id"]]


def test_a_blob_is_not_there_until_it_is_put(client: Client) -> None:
    path = "/blobs/account/container/score/main.py?sig=x"

    missing = client.send("HEAD", path)
    put = client.send("PUT", path, content=b"print()", headers={"If-None-Match": "*"})
    again = client.send("PUT", path, content=b"", headers={"If-None-Match": "*"})

    assert (missing.status_code, missing.headers["x-ms-error-code"]) == (404, "BlobNotFound")
    assert (put.status_code, again.status_code) == (201, 409)
    assert client.get(path).content == b"print()"


def test_the_metadata_of_a_blob_say_that_the_upload_is_complete(client: Client) -> None:
    path = "/blobs/account/container/score/main.py?sig=x"
    client.send("PUT", path, content=b"print()")

    client.send("PUT", f"{path}&comp=metadata", headers={"x-ms-meta-upload_status": "completed"})

    assert client.send("HEAD", path).headers["x-ms-meta-upload_status"] == "completed"


def test_a_blob_wants_a_signature_or_a_token(client: Client) -> None:
    reply = client.send("PUT", "/blobs/account/container/x", content=b"", token="")

    assert reply.status_code == 401


def test_a_storage_account_may_be_a_host_name_of_its_own(client: Client) -> None:
    host = {"Host": f"account.blob.{client.azure.cloud.host}"}
    client.send("PUT", "/container/x?sig=x", content=b"1", headers=host)

    assert client.get("/blobs/account/container/x?sig=x").content == b"1"


def test_a_container_lists_what_is_below_a_prefix(client: Client) -> None:
    for path in ("model/a", "model/b", "other/c"):
        client.send("PUT", f"/blobs/account/container/{path}?sig=x", content=b"1")

    listed = client.get("/blobs/account/container?comp=list&restype=container&prefix=model/&sig=x")

    assert listed.text.count("<Blob>") == 2


def test_the_default_datastore_keeps_local_models(client: Client) -> None:
    stores = client.get(f"{workspace_id()}/datastores?isDefault=true").json()["value"]
    secrets = f"{workspace_id()}/datastores/workspaceblobstore/listSecrets"

    assert [store["name"] for store in stores] == ["workspaceblobstore"]
    assert client.post(secrets, {}).json()["secretsType"] == "AccountKey"
    assert client.post(secrets, {"expirableSecret": True}).json()["secretsType"] == "Sas"
