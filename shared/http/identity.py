"""Who calls: the identity that the gateway vouches for, and the check of its short-lived token.

The gateway signs one token per caller and audience; a service verifies it with the public key that
the gateway keeps beside its private one. A signature costs about 0.1 ms to check, so a token is
checked once and remembered, never longer than it lives.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.errors import Unauthorized, Unavailable
from shared.expiring import ExpiringCache
from shared.row_access import Rows

ISSUER = "patron-gateway"
ALGORITHM = "EdDSA"
LIFETIME = 60
"""Seconds: a token that says it lives longer is refused, whoever signed it."""
CLOCK_SKEW = 30
"""Seconds that the gateway's clock may be ahead of a service's."""
LONGEST_TOKEN = 4096
CLAIMS = ["iss", "aud", "sub", "name", "scopes", "rows", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller, as the gateway knows them."""

    subject: str
    name: str
    scopes: frozenset[str]
    rows: Rows
    team: str | None = None


def verify(token: str, audience: str, public_key: Ed25519PublicKey, now: float) -> Identity:
    """Give the identity that a token states; `now` is in seconds since the epoch.

    Raises Unauthorized for anything that the gateway did not sign for this audience and moment.
    """
    return _identity(_claims(token, audience, public_key, now))


def _claims(token: str, audience: str, key: Ed25519PublicKey, now: float) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options={
                "require": CLAIMS,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise Unauthorized(detail="The identity token is not valid here.") from error
    _check_times(claims["iat"], claims["exp"], now)
    return claims


def _check_times(issued: object, expires: object, now: float) -> None:
    if type(issued) is not int or type(expires) is not int:
        raise Unauthorized(detail="The identity token does not say when it was made and ends.")
    if not issued - CLOCK_SKEW <= now < expires or expires - issued > LIFETIME:
        raise Unauthorized(detail="The identity token is expired or not valid yet.")


def _identity(claims: dict[str, Any]) -> Identity:
    try:
        return Identity(
            subject=_text(claims["sub"]),
            name=_text(claims["name"]),
            scopes=frozenset(_text(scope) for scope in claims["scopes"]),
            rows=Rows(claims["rows"]),
            team=None if claims.get("team") is None else _text(claims["team"]),
        )
    except (TypeError, ValueError) as error:
        raise Unauthorized(detail="The identity token does not state an identity.") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


class Verifier:
    """Verifies tokens for one audience and remembers them until they expire.

    The key file is read when first needed and again when it changed, so a service may start before
    the gateway has made its key.
    """

    def __init__(self, *, audience: str, public_key_file: Path, capacity: int = 1024) -> None:
        self._audience = audience
        self._file = public_key_file
        self._known = ExpiringCache[str, Identity](capacity)
        self._key: tuple[tuple[int, int], Ed25519PublicKey] | None = None

    def __call__(self, token: str) -> Identity:
        """Give the identity of a token, or raise Unauthorized."""
        return self._known.get(token) or self._verify_and_keep(token)

    def _verify_and_keep(self, token: str) -> Identity:
        if len(token) > LONGEST_TOKEN:
            raise Unauthorized(detail="The identity token is too long.")
        claims = _claims(token, self._audience, self._public_key(), time.time())
        identity = _identity(claims)
        self._known.set(token, identity, until=claims["exp"])
        return identity

    def _public_key(self) -> Ed25519PublicKey:
        try:
            found = self._file.stat()
            if self._key is None or self._key[0] != (found.st_mtime_ns, found.st_ino):
                self._key = (found.st_mtime_ns, found.st_ino), _read_key(self._file)
                self._known.clear()
        except (OSError, TypeError, ValueError) as error:
            raise Unavailable(
                detail="The gateway's public key is not there yet.", headers={"Retry-After": "2"}
            ) from error
        return self._key[1]


def _read_key(file: Path) -> Ed25519PublicKey:
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{file} is no Ed25519 key")
    return key
