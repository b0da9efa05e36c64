"""Health, for whoever supervises this process: it answers, and it can do its work."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from errand import __version__
from errand.frontends.rest.asked import Asked
from errand.frontends.rest.problems import problem
from errand.frontends.rest.shapes import HealthOut

paths = APIRouter(tags=["health"])


@paths.get("/health")
async def live() -> HealthOut:
    """This process answers."""
    return HealthOut(status="ok", version=__version__)


@paths.get("/health/ready", response_model=HealthOut)
def ready(here: Asked) -> Response:
    """The store and the message broker answer it; otherwise 503, with what does not."""
    if away := here.installation.away():
        return problem(503, "Not ready", " ".join(away))
    return JSONResponse(HealthOut(status="ok", version=__version__).model_dump())
