"""The scopes of API keys, and the derivation and digest of their texts."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.gateway.files import PREFIX

ADMINISTRATOR: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The id of the key that comes from the settings or is created at the first start."""

_PURPOSE: Final = b"patron api key "
_READ_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ADMIN_NOUNS: Final = frozenset({"api-keys"})


class Scope(StrEnum):
    """The permissions of a key; there are only three until users have roles."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"


def needed_scope(method: str, noun: str) -> Scope:
    """Return the scope that a request needs."""
    if noun in _ADMIN_NOUNS:
        return Scope.ADMIN
    return Scope.READ if method in _READ_METHODS else Scope.WRITE


def permits(scopes: Collection[str], needed: Scope) -> bool:
    """Return whether these scopes include the needed one; `admin` includes all."""
    return needed in scopes or Scope.ADMIN in scopes


def digest(credential: str) -> str:
    """Return the digest that is stored of a key; keys are long and random, so SHA-256 is enough."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def credential(seed: bytes, key_id: UUID) -> str:
    """Return the text of a key, derived from the gateway's secret and the key's id.

    It is stored nowhere, and a retried request for a new key gets the same text.
    """
    secret = hmac.digest(seed, _PURPOSE + key_id.bytes, "sha256")
    return PREFIX + base64.urlsafe_b64encode(secret).decode().rstrip("=")
