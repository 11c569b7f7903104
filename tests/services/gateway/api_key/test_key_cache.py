"""Tests of the cache of the identities that belong to API keys."""

import asyncio
from uuid import UUID

import pytest
import time_machine

from services.gateway.api_key import service
from services.gateway.api_key.domain import Scope, credential
from services.gateway.api_key.key_cache import CACHED_SECONDS, KeyCache
from shared.database import Database
from shared.errors import Unauthorized, Unavailable
from shared.row_access import Rows
from tests.services.gateway.conftest import Gateway

SEED = bytes(32)


def new_key(database: Database, name: str = "shop") -> tuple[str, str]:
    """Create an API key and return its id and its text."""
    with database.transaction() as session:
        key = service.create_api_key(
            session,
            name=name,
            scopes={Scope.READ},
            rows=Rows.OWN,
            team=None,
            user=None,
            seed=SEED,
            created_by="x",
        )
        return str(key.id), credential(SEED, key.id)


def test_a_key_that_another_process_revoked_is_refused_after_thirty_seconds(
    gateway: Gateway,
) -> None:
    key_cache = KeyCache(gateway.database)
    key_id, key = new_key(gateway.database)
    with time_machine.travel(0, tick=False) as clock:
        identity = asyncio.run(key_cache.identify(key))
        assert (identity.subject, identity.name, identity.rows) == (key_id, "shop", Rows.OWN)
        with gateway.database.transaction() as session:
            service.revoke_api_key(session, key_id=UUID(key_id))
        clock.shift(CACHED_SECONDS - 1)
        assert asyncio.run(key_cache.identify(key)) == identity
        clock.shift(1)
        with pytest.raises(Unauthorized):
            asyncio.run(key_cache.identify(key))


def test_a_key_removed_from_the_cache_is_looked_up_again(gateway: Gateway) -> None:
    key_cache = KeyCache(gateway.database)
    key_id, key = new_key(gateway.database)
    asyncio.run(key_cache.identify(key))
    gateway.client.delete(f"/v1/api-keys/{key_id}")
    key_cache.forget(key_id)
    with pytest.raises(Unauthorized):
        asyncio.run(key_cache.identify(key))


def test_the_cache_has_a_maximum_size_and_contains_no_text_of_a_key(gateway: Gateway) -> None:
    key_cache = KeyCache(gateway.database, capacity=3)
    keys = [new_key(gateway.database, f"key {number}")[1] for number in range(5)]
    for key in keys:
        asyncio.run(key_cache.identify(key))
    assert len(key_cache._cached) == 3
    assert not any(key in repr(vars(key_cache._cached)) for key in keys)


def test_without_the_database_a_new_key_is_a_503() -> None:
    absent = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    key_cache = KeyCache(Database(absent, schema="gateway"))
    with pytest.raises(Unavailable):
        asyncio.run(key_cache.identify("a key"))
