"""Stands in for the query API of Log Analytics: one workspace with the table AppEvents.

It speaks over real TLS, answers `POST /v1/workspaces/{id}/query` in the documented format, and runs
the KQL that it gets, in DuckDB. Sources:
https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format and …/api/errors
"""

from local.loganalytics.standin import LogAnalytics

__all__ = ["LogAnalytics"]
