"""The identity of a caller, and the verification of the short-lived token that carries it.

The gateway signs one token for each caller and service (the audience); the service verifies it with
the gateway's public key. Verifying a signature takes about 0.1 ms, so a verified token is cached
until it expires.
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
"""Seconds; a token with a longer lifetime is refused, even if the gateway signed it."""
CLOCK_SKEW = 30
"""Seconds by which the gateway's clock may be ahead of the clock of a service."""
LONGEST_TOKEN = 4096
"""Characters of the longest token that is verified."""
CLAIMS = ["iss", "aud", "sub", "name", "scopes", "rows", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller: the id and name of their API key, its scopes, and the rows that it sees.

    `team` and `user` are the ids of the team and the user of the key.
    """

    subject: str
    name: str
    scopes: frozenset[str]
    rows: Rows
    team: str | None = None
    user: str | None = None


def verify(token: str, audience: str, public_key: Ed25519PublicKey, now: float) -> Identity:
    """Return the identity in a token; `now` is in seconds since the epoch.

    Raises Unauthorized if the gateway did not sign the token for this audience, or if the token is
    not valid at this time.
    """
    return _identity_of_claims(_verified_claims(token, audience, public_key, now))


def _verified_claims(
    token: str, audience: str, key: Ed25519PublicKey, now: float
) -> dict[str, Any]:
    """Return the claims of a token after a check of its signature, audience and times."""
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
    """Raise Unauthorized unless the token is valid at `now` and its lifetime is allowed."""
    if type(issued) is not int or type(expires) is not int:
        raise Unauthorized(detail="The identity token lacks the times of its issue and expiry.")
    if not issued - CLOCK_SKEW <= now < expires or expires - issued > LIFETIME:
        raise Unauthorized(detail="The identity token is expired or not valid yet.")


def _identity_of_claims(claims: dict[str, Any]) -> Identity:
    """Return the identity that the claims state; raises Unauthorized if they state none."""
    try:
        return Identity(
            subject=_require_text(claims["sub"]),
            name=_require_text(claims["name"]),
            scopes=frozenset(_require_text(scope) for scope in claims["scopes"]),
            rows=Rows(claims["rows"]),
            team=None if claims.get("team") is None else _require_text(claims["team"]),
            user=None if claims.get("user") is None else _require_text(claims["user"]),
        )
    except (TypeError, ValueError) as error:
        raise Unauthorized(detail="The identity token does not state an identity.") from error


def _require_text(value: object) -> str:
    """Return the value if it is a text, or raise TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


class Verifier:
    """Verifies tokens for one audience and caches their identities until they expire.

    The key file is read at the first token and again whenever it has changed, so a service may
    start before the gateway has created its key.
    """

    def __init__(self, *, audience: str, public_key_file: Path, capacity: int = 1024) -> None:
        self._audience = audience
        self._file = public_key_file
        self._verified = ExpiringCache[str, Identity](capacity)
        self._key: tuple[tuple[int, int], Ed25519PublicKey] | None = None

    def __call__(self, token: str) -> Identity:
        """Return the identity in a token, or raise Unauthorized."""
        return self._verified.get(token) or self._verify(token)

    def _verify(self, token: str) -> Identity:
        """Verify a token that is not cached, and cache its identity."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthorized(detail="The identity token is too long.")
        claims = _verified_claims(token, self._audience, self._public_key(), time.time())
        identity = _identity_of_claims(claims)
        self._verified.set(token, identity, until=claims["exp"])
        return identity

    def _public_key(self) -> Ed25519PublicKey:
        """Return the public key, read again if its file has changed; raises Unavailable."""
        try:
            stat = self._file.stat()
            file_version = stat.st_mtime_ns, stat.st_ino
            if self._key is None or self._key[0] != file_version:
                self._key = file_version, _read_key(self._file)
                self._verified.clear()
        except (OSError, TypeError, ValueError) as error:
            raise Unavailable(
                detail="The gateway's public key is not there yet.", headers={"Retry-After": "2"}
            ) from error
        return self._key[1]


def _read_key(file: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file; raise TypeError if it is not an Ed25519 key."""
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{file} is no Ed25519 key")
    return key
