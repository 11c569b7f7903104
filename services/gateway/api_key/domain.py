"""The scopes of API keys, and the derivation and digest of their texts."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

PREFIX: Final = "patron_"
"""The beginning of every API key, by which people and scanners recognise a leaked one."""
ADMINISTRATOR: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The id of the key that comes from the settings or is created at the first start."""

_PURPOSE: Final = b"patron api key "
_READ_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ADMIN_COLLECTIONS: Final = frozenset({"api-keys"})
_ADMIN_CHANGES: Final = frozenset({"users", "teams"})
_OPEN_COLLECTIONS: Final = frozenset({"me", "problems"})


class Scope(StrEnum):
    """The permissions of a key; there are only three until users have roles."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"


def needed_scope(method: str, collection: str) -> Scope | None:
    """Return the scope that a request needs, or None if every key may send it.

    `collection` is the path segment after /v1.
    """
    if collection in _OPEN_COLLECTIONS:
        return None
    if collection in _ADMIN_COLLECTIONS:
        return Scope.ADMIN
    if method in _READ_METHODS:
        return Scope.READ
    return Scope.ADMIN if collection in _ADMIN_CHANGES else Scope.WRITE


def permits(scopes: Collection[str], needed: Scope | None) -> bool:
    """Return whether a key with these scopes may do what needs `needed`; `admin` may do all."""
    return needed is None or needed in scopes or Scope.ADMIN in scopes


def digest(credential: str) -> str:
    """Return the digest of an API key, which is stored instead of its text.

    Keys are long and random, so SHA-256 without salt and iterations is enough.
    """
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def credential(seed: bytes, key_id: UUID) -> str:
    """Return the text of an API key, derived from `seed`, the gateway's private key, and its id.

    Only the digest of the text is stored. Deriving the text again gives the same text, so a retried
    request for a new key gets the same answer.
    """
    secret = hmac.digest(seed, _PURPOSE + key_id.bytes, "sha256")
    return PREFIX + base64.urlsafe_b64encode(secret).decode().rstrip("=")
