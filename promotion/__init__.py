"""Promotes Azure ML model versions from workspace to registry to target workspaces, by policy."""
