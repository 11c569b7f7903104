"""Identifiers: UUIDv7 (RFC 9562), which sort by the time of their creation."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new identifier."""
    return uuid7()
