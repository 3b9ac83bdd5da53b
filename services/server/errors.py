"""How the HTTP surface says no: `{error, code, details[]}` with the fitting status, and never a stack trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from services.domain.refusals import RuleViolation
from services.server.clock import new_id
from services.server.committer import Busy, Stopping
from services.server.database import PASSING_ERRORS
from services.server.log import log_of

_log = log_of("errors")
_RETRY_SECONDS = 2

_STATUS_OF_CODE: Final[Mapping[str, int]] = {
    "not_permitted": 403,
    "actor_inactive": 403,
    "not_found": 404,
    "invalid_value": 422,
    "missing_value": 422,
    "quantity_not_positive": 422,
    "bad_scan": 422,
}


class ApiError(Exception):
    """A request that cannot be answered as asked. ``error`` is for people, ``code`` for programs."""

    def __init__(
        self,
        status: int,
        error: str,
        code: str,
        details: Iterable[Mapping[str, Any]] = (),
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, error)
        self.status = status
        self.error = error
        self.code = code
        self.details = [dict(detail) for detail in details]
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"error": self.error, "code": self.code, "details": self.details}


def status_of(code: str) -> int:
    """The HTTP status of a refusal: 409 for all that depend on how things stand now."""
    return _STATUS_OF_CODE.get(code, 409)


def refused(code: str, message: str, details: Iterable[Mapping[str, Any]] = ()) -> ApiError:
    """A rule's refusal as HTTP says it."""
    return ApiError(status_of(code), message, code, details)


def busy() -> ApiError:
    """Nothing was lost; the request may be sent again after a pause."""
    return ApiError(
        503, "The server is busy. Send it again.", "busy", headers={"Retry-After": str(_RETRY_SECONDS)}
    )


def _answer(problem: ApiError) -> JSONResponse:
    return JSONResponse(problem.body(), status_code=problem.status, headers=problem.headers)


def install(app: FastAPI) -> None:
    """Make every error of the app look alike."""

    @app.exception_handler(ApiError)
    async def api_error(_request: Request, problem: ApiError) -> JSONResponse:
        return _answer(problem)

    @app.exception_handler(RuleViolation)
    async def rule_violation(_request: Request, problem: RuleViolation) -> JSONResponse:
        return _answer(refused(problem.code, problem.message, problem.details))

    async def is_busy(_request: Request, _problem: Exception) -> JSONResponse:
        return _answer(busy())

    for kind in (Busy, Stopping, PoolTimeout, *PASSING_ERRORS):
        app.add_exception_handler(kind, is_busy)

    async def cannot_be_kept(request: Request, problem: Exception) -> JSONResponse:
        _log.warning("a request has a value that cannot be kept", path=request.url.path, exc_info=problem)
        error = (
            "Something in the request is no value: too large a number, a NUL character, or nested too deep."
        )
        return _answer(ApiError(422, error, "invalid_value"))

    for kind in (OverflowError, RecursionError, psycopg.DataError, DataError):
        app.add_exception_handler(kind, cannot_be_kept)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_request: Request, problem: RequestValidationError) -> JSONResponse:
        details = [
            {"field": ".".join(str(part) for part in error["loc"]), "error": error["msg"]}
            for error in problem.errors()
        ]
        return _answer(ApiError(422, "The request is not understood.", "invalid_request", details))

    @app.exception_handler(HTTPException)
    async def http_exception(_request: Request, problem: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(problem.status_code, "http_error")
        return _answer(ApiError(problem.status_code, str(problem.detail), code, headers=problem.headers))

    @app.exception_handler(Exception)
    async def internal(request: Request, problem: Exception) -> JSONResponse:
        reference = new_id()
        _log.error("a request failed", path=request.url.path, reference=reference, exc_info=problem)
        error = "The server failed on this request. Its log has the details under the reference."
        return _answer(ApiError(500, error, "internal", [{"reference": reference}]))
