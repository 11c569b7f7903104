"""Routes that need no key: probes, the OpenAPI and AsyncAPI documents, and the page of the API."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services.gateway.document import page
from services.gateway.document.public_file import PublicFile
from shared.contracts.catalogue import contracts
from shared.errors import Unavailable, found_or_404
from shared.http.dependencies import Store
from shared.messaging.schemas import schema_of

router = APIRouter(include_in_schema=False)

_DOCUMENT_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
UNKNOWN = "The page has no such file."
UNKNOWN_SCHEMA = "No event has this schema; /asyncapi.json lists the events."


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
def openapi(request: Request) -> Response:
    """Return the OpenAPI document of the whole API."""
    document: PublicFile = request.app.state.openapi_file
    return document.answer(request)


@router.get("/asyncapi.json")
def asyncapi(request: Request) -> Response:
    """Return the AsyncAPI document of the events."""
    document: PublicFile = request.app.state.asyncapi_file
    return document.answer(request)


@router.get("/schemas/{name}")
def schema(name: Annotated[str, Path(max_length=100)], request: Request) -> Response:
    """Return the JSON Schema of an event, which the header `ce_dataschema` of its records names."""
    files: dict[str, PublicFile] = request.app.state.schema_files
    return found_or_404(files.get(name), UNKNOWN_SCHEMA).answer(request)


@router.get("/docs")
def docs(request: Request) -> Response:
    """Return the page that shows the API."""
    return page.PAGE_FILE.answer(request)


@router.get("/docs/{name}")
def docs_asset(name: Annotated[str, Path(max_length=50)], request: Request) -> Response:
    """Return a file that the page loads: a script, a style sheet or its icon."""
    return found_or_404(page.asset(name), UNKNOWN).answer(request)


def schema_files() -> dict[str, PublicFile]:
    """Return the JSON Schema of each event as a file, by name."""
    return {
        f"{contract.name}.json": document_file(schema_of(event_class), "application/schema+json")
        for event_class, contract in contracts().items()
    }


def document_file(document: object, media_type: str = "application/json") -> PublicFile:
    """Return a document as a file of JSON that web pages of any origin may read."""
    return PublicFile(orjson.dumps(document), media_type, _DOCUMENT_HEADERS)
