"""Routes that need no key: probes, the OpenAPI and AsyncAPI documents, and the page of the API."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.gateway.document import page
from shared.errors import NotFound, Unavailable
from shared.http.dependencies import Store

router = APIRouter(include_in_schema=False)

_CACHED = {"Cache-Control": "public, max-age=3600"}


@router.get("/livez")
async def livez() -> Response:
    """Answer that this process is alive."""
    return Response("ok", media_type="text/plain")


@router.get("/readyz")
def readyz(store: Store) -> Response:
    """Answer 200 if the database of API keys is reachable, otherwise 503."""
    if not store.is_reachable():
        raise Unavailable(headers={"Retry-After": "2"})
    return Response("ok", media_type="text/plain")


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """Return the OpenAPI document of the whole API."""
    return _json(request.app.state.openapi_document)


@router.get("/asyncapi.json")
async def asyncapi(request: Request) -> Response:
    """Return the AsyncAPI document of the events."""
    return _json(request.app.state.asyncapi_document)


@router.get("/docs")
async def docs() -> Response:
    """Return the page that shows the API."""
    return Response(page.PAGE, media_type="text/html", headers=page.SECURITY_HEADERS)


@router.get("/docs/{name}")
def docs_asset(name: Annotated[str, Path(max_length=50)]) -> Response:
    """Return a file that the page loads: a script, a style sheet or its icon."""
    asset = page.asset(name)
    if asset is None:
        raise NotFound
    headers = page.SECURITY_HEADERS | _CACHED
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _json(document: object) -> Response:
    """Return a document as JSON that web pages of any origin may read."""
    headers = {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)
