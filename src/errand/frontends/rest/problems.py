"""Errors as RFC 9457 has them: problem details, with the sentence that a person would get."""

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from errand.domain.errors import (
    ErrandError,
    HomeInUse,
    InputRefused,
    LimitReached,
    ModelUnusable,
    NotFound,
    NothingFits,
    QueueAway,
    SetupError,
    StoreUnavailable,
    TaskExists,
)

_STATUSES: tuple[tuple[type[ErrandError], int], ...] = (
    (NotFound, 404),
    (NothingFits, 422),
    (TaskExists, 422),
    (InputRefused, 400),
    (LimitReached, 429),
    (StoreUnavailable, 503),
    (QueueAway, 503),
    (ModelUnusable, 503),
    (HomeInUse, 409),
    (SetupError, 500),
    (ErrandError, 500),
)
"""The first one that fits."""


def problem(status: int, title: str, detail: str) -> Response:
    body = {"title": title, "status": status, "detail": detail}
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(json.dumps(body), status, headers, media_type="application/problem+json")


async def of_error(request: Request, error: Exception) -> Response:
    """Of one of ours. Starlette registers it by class, and types it by `Exception`."""
    del request
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    return problem(status, HTTPStatus(status).phrase, str(error))


async def of_http(request: Request, error: Exception) -> Response:
    """Of what the framework refuses by itself: no such path, a method that is not there."""
    del request
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.NO_CONTENT:
        return Response(status_code=status)
    detail = str(error.detail) if isinstance(error, HTTPException) else "A defect of Errand itself."
    return problem(status, HTTPStatus(status).phrase, detail)
