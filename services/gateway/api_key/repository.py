"""Every SELECT on keys."""

import hmac
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.api_key.models import ApiKey
from shared.http.identity import Identity
from shared.http.pagination import PageRequest, Slice, page
from shared.row_access import Rows


def api_key(session: Session, key_id: UUID) -> ApiKey | None:
    """Find a key by id."""
    return session.get(ApiKey, key_id)


def api_key_for_change(session: Session, key_id: UUID) -> ApiKey | None:
    """Find a key and keep others from changing it until the transaction ends."""
    return session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update())


def api_keys(session: Session, *, paging: PageRequest) -> Slice:
    """List keys in the order in which they were made."""
    return page(session, select(ApiKey), paging=paging, order=[ApiKey.id])


def caller_by_digest(session: Session, digest: str) -> Identity | None:
    """Tell who calls with the key of this digest, unless it was revoked.

    The index compares digests, of which a caller cannot choose a prefix; the last word has a
    comparison that takes the same time wherever they differ.
    """
    statement = select(ApiKey).where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None))
    found = session.scalar(statement)
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    return Identity(
        str(found.id), found.name, frozenset(found.scopes), Rows(found.rows), found.team
    )
