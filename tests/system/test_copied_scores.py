"""The registry's copies of scores: they equal the published states and cause no event."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from deploy.local.roles import create_roles
from services.registry.__main__ import SERVICE
from services.registry.customers.score.models import Score
from services.registry.settings import Settings
from shared.contracts.catalogue import contract_of, contracts
from shared.contracts.scoring.score import ScoreState
from shared.database import Database
from shared.messaging.envelope import Record
from shared.messaging.log.choice import open_log
from shared.messaging.replay import replay
from tests.system.company import Company
from tests.system.log import payload, reading
from tests.system.product import Running, eventually

Read = Callable[[], list[Record]]

SILENCE_SECONDS = 8
"""Longer than scoring waits after a change until it computes classes and publishes states."""
MOST_EVENTS_OF_SCORING = 3
"""Of each type: for the registration, for the order, and if the class is computed once more."""
TOPICS = {contract.topic for contract in contracts().values()}
STATES = contract_of(ScoreState).topic


def settings_of(product: Running) -> Settings:
    """Return settings of the registry with the database and the event log of the product."""
    roles = create_roles(product.database_url) if product.database_url else {}
    return Settings(
        data=Path(product.data),
        database_url=roles.get("registry"),
        kafka_bootstrap=product.broker.bootstrap if product.broker else None,
    )


def stored_score(database: Database, customer_id: str) -> tuple[int, Decimal | None, str | None]:
    """Return version, value points and class of a customer's score, as the registry has them."""
    columns: tuple[Any, ...] = (Score.version, Score.value_points, Score.customer_class)
    with database.reading() as session:
        version, points, class_ = session.execute(
            select(*columns).where(Score.id == UUID(customer_id))
        ).one()
    return version, points, class_


def published_score(read: Read, customer_id: str) -> tuple[int, Decimal, str | None] | None:
    """Return version, value points and class in the newest state of a score, None without one."""
    states = [payload(one) for one in read() if (one.topic, one.key) == (STATES, customer_id)]
    if not states:
        return None
    newest = max(states, key=lambda state: int(state["version"]))
    return newest["version"], Decimal(newest["value_points"]), newest["class"]


def is_newest(database: Database, read: Read, customer_id: str) -> bool:
    """Return whether the registry's copy of a score is the newest published one."""
    return stored_score(database, customer_id) == published_score(read, customer_id)


def test_an_order_causes_no_further_events_once_its_score_is_in_the_registry(
    product: Running,
) -> None:
    """If the registry published the customer again, the events would go round in a circle."""
    company = Company(product)
    customer = company.register("张伟")
    order = company.place_order("O-1", "张伟", "250000")
    with (
        closing(Database.from_settings(settings_of(product))) as database,
        reading(product, *TOPICS) as read,
    ):
        eventually(lambda: stored_score(database, customer)[1] == Decimal("2.5"))
        published = count_until_silence(read, {customer, order})
        assert is_newest(database, read, customer)
    for kind in ("customer.registered", "customer.state", "order.placed"):
        assert published.pop(f"patron.{kind}.v1") == 1
    assert max(published.values()) <= MOST_EVENTS_OF_SCORING
    assert all(
        kind.startswith(("patron.score.", "patron.rung.", "patron.class.")) for kind in published
    )


def test_p9_a_replay_rebuilds_the_scores_in_the_registry(product: Running) -> None:
    """P9: after the copies were lost, `replay` stores the newest published states again."""
    company, settings = Company(product), settings_of(product)
    customers = [company.register(name) for name in ("张伟", "李娜")]
    company.place_order("O-1", "张伟", "250000")
    with (
        closing(Database.from_settings(settings)) as database,
        closing(open_log(settings)) as log,
        reading(product, STATES) as read,
    ):
        eventually(lambda: stored_score(database, customers[0])[1] == Decimal("2.5"))
        eventually(lambda: stored_score(database, customers[1])[1] == Decimal(0))
        with database.transaction() as session:
            session.execute(update(Score).values(version=0, value_points=None, customer_class=None))
        list(replay(database, log, service="registry", handlers=SERVICE.handlers(settings)))
        for customer in customers:
            assert stored_score(database, customer)[0] > 0
            eventually(partial(is_newest, database, read, customer))


def count_until_silence(read: Read, keys: Collection[str]) -> Counter[str]:
    """Wait until no event with these keys has been published for a while; count them by type."""
    last_change = (0, time.monotonic())

    def is_silent() -> bool:
        nonlocal last_change
        found = len(types_of(read(), keys))
        if found != last_change[0]:
            last_change = (found, time.monotonic())
        return time.monotonic() - last_change[1] > SILENCE_SECONDS

    eventually(is_silent)
    return Counter(types_of(read(), keys).values())


def types_of(records: Collection[Record], keys: Collection[str]) -> dict[str, str]:
    """Return the types of the events with these keys by event id; a repeated event counts once."""
    return {one.headers["ce_id"]: one.headers["ce_type"] for one in records if one.key in keys}
