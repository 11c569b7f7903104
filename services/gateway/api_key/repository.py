"""The queries of API keys."""

import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.api_key.filters import ApiKeyFilter
from services.gateway.api_key.models import ApiKey
from shared.http.identity import Identity
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range
from shared.row_access import Rows, team_id_of


def api_key(session: Session, key_id: UUID) -> ApiKey | None:
    """Return the API key with this id, or None."""
    return session.get(ApiKey, key_id)


def api_key_for_change(session: Session, key_id: UUID) -> ApiKey | None:
    """Return the API key with this id, locked until the transaction ends, or None."""
    return session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update())


API_KEYS = Listing(
    id=ApiKey.id,
    sorts={"created_at": [ApiKey.id], "name": [ApiKey.name, ApiKey.id]},
    default="created_at",
    columns={"rows": ApiKey.rows, "team": ApiKey.team, "user": ApiKey.user},
    filters={
        "revoked": lambda is_revoked: (
            ApiKey.revoked_at.is_not(None) if is_revoked else ApiKey.revoked_at.is_(None)
        )
    },
    ranges=[time_range("created", ApiKey.created_at)],
    facets=("rows", "team"),
)
"""The list of API keys; their ids grow with the time of creation."""


def api_keys(session: Session, filters: ApiKeyFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the API keys that the filters match."""
    return API_KEYS.page(session, select(ApiKey), paging=paging, filters=filters)


def caller_by_digest(session: Session, digest: str) -> Identity | None:
    """Return the identity of the key with this digest; None if it is unknown or was revoked.

    The team is an id, also of a key that an older release creates during an upgrade. The duration
    of the index lookup may depend on how many characters match, but a caller cannot
    choose the digest of a key. The final comparison takes the same time wherever digests differ.
    """
    statement = select(ApiKey).where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None))
    key = session.scalar(statement)
    if key is None or not hmac.compare_digest(key.digest, digest):
        return None
    scopes, team = frozenset(key.scopes), team_id_of(key.team)
    return Identity(str(key.id), key.name, scopes, Rows(key.rows), team, key.user)
