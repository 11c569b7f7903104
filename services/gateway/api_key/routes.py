"""HTTP routes of API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from services.gateway.api_key import domain, repository, service
from services.gateway.api_key.filters import ApiKeyFilter
from services.gateway.api_key.key_cache import KeyCache
from services.gateway.api_key.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyOut,
    ApiKeyPage,
    api_key_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response, with_body
from shared.http.conditional import NOT_STORED
from shared.http.dependencies import NEEDS_ALL_ROWS, Caller, Reading, Store, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="api-keys",
    tag="api-keys",
    about="Keys with which programs call this API (密钥), and what each may do and see. All of it "
    "needs a key with the scope admin that sees all rows.",
    dependencies=[NEEDS_ALL_ROWS],
)

KeyId = Annotated[UUID, Path(description="The key's id, not its text.")]


async def _key_cache(request: Request) -> KeyCache:
    """Return the cache of identities by API key."""
    key_cache: KeyCache = request.app.state.key_cache
    return key_cache


async def _seed(request: Request) -> bytes:
    """Return the gateway's raw private key, from which the texts of all API keys are derived."""
    seed: bytes = request.app.state.seed
    return seed


@router.post("", status_code=201, response_model=ApiKeyCreated, responses=errors(403))
def create_api_key(
    body: ApiKeyCreate,
    once: Once,
    session: Transaction,
    caller: Caller,
    seed: Annotated[bytes, Depends(_seed)],
) -> Response:
    """Create a key. The text of the key is shown in this answer only; it is not stored."""

    def create() -> Response:
        fields = body.model_dump() | {"scopes": set(body.scopes)}
        created = service.create_api_key(session, **fields, seed=seed, created_by=caller.subject)
        location = f"/v1/api-keys/{created.id}"
        return json_response(api_key_out(created), status=201, location=location)

    return _with_text(once(create), seed)


@router.get("", response_model=ApiKeyPage, responses=errors(403))
def list_api_keys(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.API_KEYS, ApiKeyPage)],
    filters: Annotated[ApiKeyFilter, Query()],
) -> Response:
    """List keys, revoked ones too, in the order of creation by default."""
    keys = repository.api_keys(session, filters, paging=paging)
    return answer_page(ApiKeyPage, api_key_out, keys, paging)


@router.get("/{key_id}", response_model=ApiKeyOut, responses=errors(403, 404))
def read_api_key(key_id: KeyId, session: Reading) -> Response:
    """Read one key, without its text."""
    key = found_or_404(repository.api_key(session, key_id), service.UNKNOWN)
    return json_response(api_key_out(key))


@router.delete("/{key_id}", status_code=204, responses=errors(403, 404, 409))
def revoke_api_key(
    key_id: KeyId, store: Store, key_cache: Annotated[KeyCache, Depends(_key_cache)]
) -> Response:
    """Revoke a key for good. A second time changes nothing, so there is no If-Match.

    Other processes of the gateway may accept the key for up to 30 seconds more.
    """
    with store.transaction() as session:
        service.revoke_api_key(session, key_id=key_id)
    key_cache.forget(str(key_id))
    return Response(status_code=204)


def _with_text(created: Response, seed: bytes) -> Response:
    """Return the response of a created key with the text of the key added.

    The response that is stored for retries does not have the text. `seed` is the gateway's raw
    private key, from which the text is derived.
    """
    body = ApiKeyOut.model_validate_json(bytes(created.body))
    with_key = ApiKeyCreated(**body.model_dump(), key=domain.credential(seed, body.id))
    return with_body(created, with_key, headers=NOT_STORED)
