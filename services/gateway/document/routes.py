"""What everybody may read: probes, the documents of the API and of the events, the page."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.gateway.document import page
from shared.errors import NotFound, Unavailable
from shared.http.dependencies import Store

router = APIRouter(include_in_schema=False)

OPEN = frozenset({b"/livez", b"/readyz", b"/openapi.json", b"/asyncapi.json", b"/docs"})
_CACHED = {"Cache-Control": "public, max-age=3600"}


@router.get("/livez")
async def livez() -> Response:
    """Say that this process turns."""
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
def readyz(store: Store) -> Response:
    """Say whether callers can be told apart: the database of keys answers."""
    if not store.is_reachable():
        raise Unavailable(headers={"Retry-After": "2"})
    return Response("ok", media_type="text/plain")


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """Give the OpenAPI document of the whole API."""
    return _json(request.app.state.openapi_document)


@router.get("/asyncapi.json")
async def asyncapi(request: Request) -> Response:
    """Give the AsyncAPI document of the events."""
    return _json(request.app.state.asyncapi_document)


@router.get("/docs")
async def docs() -> Response:
    """Show the API."""
    return Response(page.PAGE, media_type="text/html", headers=page.SECURITY_HEADERS)


@router.get("/docs/{name}")
def docs_asset(name: Annotated[str, Path(max_length=50)]) -> Response:
    """Give a file of that page."""
    found = page.asset(name)
    if found is None:
        raise NotFound
    headers = page.SECURITY_HEADERS | _CACHED
    return Response(found.content, media_type=found.media_type, headers=headers)


def _json(document: object) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)
