"""Who calls, by the key they show. What was looked up is believed for up to 30 seconds."""

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

BELIEVED: Final = 30.0


class KeyCache:
    """Looks keys up and remembers valid ones; an unknown key is looked up each time."""

    def __init__(self, database: Database, *, capacity: int = 4096) -> None:
        self._database = database
        self._known = ExpiringCache[str, Identity](capacity)

    async def identify(self, credential: str) -> Identity:
        """Give the caller who shows this key, or raise Unauthorized."""
        digest = domain.digest(credential)
        return self._known.get(digest) or await self._look_up(digest)

    async def _look_up(self, digest: str) -> Identity:
        until = time.time() + BELIEVED
        try:
            found = await to_thread.run_sync(self._find, digest)
        except (DBAPIError, PoolTimeoutError) as error:
            raise Unavailable(headers={"Retry-After": "2"}) from error
        if found is None:
            raise Unauthorized(detail="This key is not known, or was revoked.")
        self._known.set(digest, found, until=until)
        return found

    def _find(self, digest: str) -> Identity | None:
        with self._database.reading() as session:
            return repository.caller_by_digest(session, digest)

    def forget(self, subject: str) -> None:
        """Look a caller's key up anew the next time it is shown."""
        self._known.remove_where(lambda identity: identity.subject == subject)
