"""What a key allows, and how one is known without being kept."""

import base64
import hashlib
import hmac
from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.gateway.files import PREFIX

ADMINISTRATOR: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The id of the key that comes from the settings or is made at the first start."""

_PURPOSE: Final = b"patron api key "
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ADMINISTRATION: Final = frozenset({"api-keys"})


class Scope(StrEnum):
    """What a key may do; coarse on purpose until users have roles."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"


def needed_scope(method: str, noun: str) -> Scope:
    """Tell the scope that a request needs."""
    if noun in _ADMINISTRATION:
        return Scope.ADMIN
    return Scope.READ if method in _READING else Scope.WRITE


def permits(scopes: Collection[str], needed: Scope) -> bool:
    """Tell whether a caller with these scopes may; an administrator may everything."""
    return needed in scopes or Scope.ADMIN in scopes


def digest(credential: str) -> str:
    """Give what is kept of a key. Keys are random and long, so a plain SHA-256 is enough."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()


def credential(seed: bytes, key_id: UUID) -> str:
    """Derive the text of a key from the gateway's secret and the key's id.

    So it is stored nowhere, and a retried request for a new key gets the same one.
    """
    secret = hmac.digest(seed, _PURPOSE + key_id.bytes, "sha256")
    return PREFIX + base64.urlsafe_b64encode(secret).decode().rstrip("=")
