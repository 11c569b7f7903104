"""Identifiers: UUIDv7 (RFC 9562), which sort by the time of their creation."""

from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

WRITTEN_ID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
"""The regular expression of an identifier in a request; Python's UUID also reads other forms."""


def new_id() -> UUID:
    """Return a new identifier."""
    return uuid7()
