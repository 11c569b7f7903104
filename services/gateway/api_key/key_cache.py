"""A cache of the identity that belongs to each API key, for up to 30 seconds."""

import time
from typing import Final

from anyio import to_thread
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.gateway.api_key import domain, repository
from shared.database import Database
from shared.errors import Unauthorized, Unavailable
from shared.expiring import ExpiringCache
from shared.http.identity import Identity

CACHED_SECONDS: Final = 30.0


class KeyCache:
    """Identifies callers by their API key, and caches the identities of valid keys.

    A key that is not valid is looked up in the database each time.
    """

    def __init__(self, database: Database, *, capacity: int = 4096) -> None:
        self._database = database
        self._cached = ExpiringCache[str, Identity](capacity)

    async def identify(self, credential: str) -> Identity:
        """Return the identity that belongs to a key, or raise Unauthorized."""
        digest = domain.digest(credential)
        return self._cached.get(digest) or await self._look_up(digest)

    async def _look_up(self, digest: str) -> Identity:
        """Return the identity of the key with this digest from the database, and cache it."""
        until = time.time() + CACHED_SECONDS
        try:
            identity = await to_thread.run_sync(self._identity_by_digest, digest)
        except (DBAPIError, PoolTimeoutError) as error:
            raise Unavailable(headers={"Retry-After": "2"}) from error
        if identity is None:
            raise Unauthorized(detail="This key is not known, or was revoked.")
        self._cached.set(digest, identity, until=until)
        return identity

    def _identity_by_digest(self, digest: str) -> Identity | None:
        with self._database.reading() as session:
            return repository.caller_by_digest(session, digest)

    def forget(self, subject: str) -> None:
        """Remove the key with this id from the cache, as it was revoked."""
        self._cached.remove_where(lambda identity: identity.subject == subject)
