"""Vouching for a caller towards one service."""

import time
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.http.identity import ALGORITHM, ISSUER, LIFETIME, Identity

REUSED = 30
"""Seconds for which one token serves all requests of a caller to a service."""


def sign(identity: Identity, audience: str, private_key: Ed25519PrivateKey, now: float) -> str:
    """Make the token that tells one service who calls; `now` is in seconds since the epoch."""
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": identity.subject,
        "name": identity.name,
        "scopes": sorted(identity.scopes),
        "rows": identity.rows,
        "team": identity.team,
        "iat": int(now),
        "exp": int(now) + LIFETIME,
    }
    return jwt.encode(claims, private_key, algorithm=ALGORITHM)


class Signer:
    """Signs, and reuses what it signed within REUSED seconds (a signature costs about 0.1 ms)."""

    def __init__(
        self,
        private_key: Ed25519PrivateKey,
        *,
        capacity: int = 4096,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._private_key = private_key
        self._capacity = capacity
        self._clock = clock
        self._signed: dict[tuple[Identity, str], tuple[float, str]] = {}

    def authorization(self, identity: Identity, audience: str) -> str:
        """Give the Authorization header that goes to a service with a caller's request."""
        now = self._clock()
        signed = self._signed.get((identity, audience))
        if signed and now < signed[0]:
            return signed[1]
        header = f"Bearer {sign(identity, audience, self._private_key, now)}"
        self._keep((identity, audience), (now + REUSED, header))
        return header

    def _keep(self, key: tuple[Identity, str], signed: tuple[float, str]) -> None:
        self._signed.pop(key, None)
        while len(self._signed) >= self._capacity:
            del self._signed[next(iter(self._signed))]
        self._signed[key] = signed
