"""Stands in for the control plane of Azure ML, over HTTPS, for the real azure-ai-ml SDK.

What a client needs, with `B = azure.url` and PORT its port:

- `REQUESTS_CA_BUNDLE=azure.ca_file` in the environment. `connection_verify=` is not enough: parts
  of the SDK build clients of their own and drop it.
- A cloud of its own, by a name that no other port has used in this process (the SDK keeps the
  first metadata it sees under a name):

      MLClient(credential, subscription, group, workspace, cloud=f"Local{PORT}", cloud_metadata={
          "azure_portal": B + "/", "resource_manager": B + "/", "active_directory": B + "/",
          "aml_resource_id": "https://ml.azure.com/", "storage_endpoint": f"localhost:{PORT}",
          "registry_discovery_endpoint": B + "/"})

- Any token. For azure-identity's DefaultAzureCredential: IDENTITY_ENDPOINT=azure.identity_endpoint
  and IDENTITY_HEADER=azure.identity_header.

Everything that Azure spreads over many hosts is on this one: ARM at its usual paths, registries
below /registrymanagement and /mferp, their operations below /assetstore and /environment, MLflow
below /mlflow, run history below /history, run artifacts below /artifact, scoring and invocations
below /scoring/{location}/{endpoint}, Azure Monitor below the resources that it measures, storage
below /blobs. For azure-storage-blob, which sends
x-ms-version, a blob is also at B/{any account}/{container}/{path}.
"""

from local.azureml.standin import StandIn

__all__ = ["StandIn"]
