"""What was looked up is believed for 30 seconds, and no longer."""

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
    with database.transaction() as session:
        made = service.create_api_key(
            session, name=name, scopes={Scope.READ}, rows=Rows.OWN, team=None, seed=SEED, by="x"
        )
        return str(made.id), credential(SEED, made.id)


def test_a_key_revoked_elsewhere_is_refused_after_thirty_seconds(gateway: Gateway) -> None:
    callers = KeyCache(gateway.database)
    key_id, key = new_key(gateway.database)
    with time_machine.travel(0, tick=False) as clock:
        identity = asyncio.run(callers.identify(key))
        assert (identity.subject, identity.name, identity.rows) == (key_id, "shop", Rows.OWN)
        with gateway.database.transaction() as session:
            service.revoke_api_key(session, key_id=UUID(key_id))
        clock.shift(CACHED_SECONDS - 1)
        assert asyncio.run(callers.identify(key)) == identity
        clock.shift(1)
        with pytest.raises(Unauthorized):
            asyncio.run(callers.identify(key))


def test_a_forgotten_key_is_looked_up_anew(gateway: Gateway) -> None:
    callers = KeyCache(gateway.database)
    key_id, key = new_key(gateway.database)
    asyncio.run(callers.identify(key))
    gateway.client.delete(f"/v1/api-keys/{key_id}")
    callers.forget(key_id)
    with pytest.raises(Unauthorized):
        asyncio.run(callers.identify(key))


def test_no_key_itself_is_remembered_and_not_too_many(gateway: Gateway) -> None:
    callers = KeyCache(gateway.database, capacity=3)
    keys = [new_key(gateway.database, f"key {number}")[1] for number in range(5)]
    for key in keys:
        asyncio.run(callers.identify(key))
    assert len(callers._cached) == 3
    assert not any(key in repr(vars(callers._cached)) for key in keys)


def test_without_the_database_a_new_key_is_a_503() -> None:
    absent = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    callers = KeyCache(Database(absent, schema="gateway"))
    with pytest.raises(Unavailable):
        asyncio.run(callers.identify("a key"))
