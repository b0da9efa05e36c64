"""The application: its paths, its guard, and what becomes of errors."""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from errand import __version__
from errand.domain.errors import ErrandError
from errand.frontends.rest import health, looking, problems, tasks
from errand.frontends.rest.asked import Here
from errand.frontends.rest.guard import Guard
from errand.frontends.rest.shapes import ProblemOut, TaskIn
from errand.frontends.rest.uploads import BodyLimit
from errand.service import Installation

VERSION = "/api/v1"


def build_app(
    installation: Installation,
    *,
    largest_upload: int,
    hosts: Collection[str] = (),
    is_stopping: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """`largest_upload`: bytes of a request with attachments. `hosts`: names that this API answers for besides
    those of loopback, `*` for any. `is_stopping`: streams end soon after it says so."""
    app = _Described(
        title="Errand",
        version=__version__,
        openapi_url=f"{VERSION}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, largest_upload=largest_upload)
    app.add_middleware(Guard, hosts=hosts)
    app.add_exception_handler(ErrandError, problems.of_error)
    app.add_exception_handler(HTTPException, problems.of_http)
    app.add_exception_handler(RequestValidationError, _of_fields)
    app.add_exception_handler(Exception, problems.of_http)
    app.state.here = Here(installation, is_stopping)
    app.include_router(tasks.paths, prefix=VERSION, responses=_REFUSED)
    app.include_router(looking.paths, prefix=VERSION, responses=_REFUSED)
    app.include_router(health.paths, responses=_REFUSED)
    return app


_REFUSED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem details (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }
}


class _Described(FastAPI):
    """Its description also has what goes over the wire without FastAPI's knowing: a body that is read by
    `uploads`, and problems."""

    def openapi(self) -> dict[str, Any]:
        described = super().openapi()
        schemas: dict[str, Any] = described["components"]["schemas"]
        place = "#/components/schemas/{model}"
        _, known = models_json_schema(
            [(TaskIn, "validation"), (ProblemOut, "serialization")], ref_template=place
        )
        schemas.update(known["$defs"])
        return described


async def _of_fields(request: Request, error: Exception) -> Response:
    del request
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"{_place(each['loc'])}: {each['msg']}" for each in faults)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problems.problem(status, status.phrase, f"The request can not be read ({said}).")


def _place(loc: tuple[str | int, ...]) -> str:
    return ".".join(map(str, loc[1:] or loc))
