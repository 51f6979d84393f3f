"""Errors of the query API, in the documented shapes."""

from typing import Any

from duckdb_kql.errors import KqlError, KqlSyntaxError
from starlette.responses import JSONResponse


def unauthenticated() -> JSONResponse:
    """A request without a token, or with one for somebody else."""
    message = "Authentication failed. The 'Authorization' header is missing."
    return _error(401, {"code": "AuthenticationFailed", "message": message})


def no_such_path() -> JSONResponse:
    """A workspace that is not there; also one that is named instead of given by its id."""
    message = "The requested path does not exist"
    return _error(404, {"code": "PathNotFoundError", "message": message})


def bad_query(error: KqlError) -> JSONResponse:
    """A query that cannot be understood, or names what is not there."""
    if isinstance(error, KqlSyntaxError):
        inner: dict[str, Any] = {"code": "SyntaxError", "message": "Syntax Error"}
    else:
        exact = {"code": "SEM0100", "message": str(error)}
        message = "A semantic error occurred."
        inner = {"code": "SemanticError", "message": message, "innererror": exact}
    message = "The request had some invalid properties"
    return _error(400, {"code": "BadArgumentError", "message": message, "innererror": inner})


def _error(status: int, told: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"error": told}, status)
