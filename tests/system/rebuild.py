"""A second scoring database, rebuilt from the event log only."""

import secrets
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deploy.local.roles import create_roles
from services.scoring.__main__ import SERVICE
from services.scoring.figures.score.models import StoredScore
from services.scoring.settings import Settings
from shared import migrations
from shared.database import Database
from shared.messaging.consumer import Consumer, topics_of
from shared.messaging.log.choice import open_log
from tests.system.product import Running, eventually

Row = dict[str, Any]

_NOT_COMPUTED = frozenset(
    {
        *("version", "made_at", "traceparent", "customer_class", "unsettled_since"),
        *("assigned_class", "assigned_rung"),
    }
)
"""Columns that a rebuild cannot reproduce: moments, and values that depend on moments."""


def stored_scores(product: Running) -> list[Row]:
    """Return the stored scores of the running product, ordered by customer id."""
    with closing(Database(_settings(product).database, schema="scoring")) as database:
        return _rows(database)


def rebuilt_scores(product: Running, url: str, expected: int) -> list[Row]:
    """Apply all events of the log to an empty database, and return its scores.

    `expected` is the number of scores to wait for.
    """
    settings = _settings(product)
    with closing(Database(url, schema="scoring")) as database:
        migrations.upgrade(database, SERVICE.migrations)
        _apply_all_events(database, settings, expected)
        return _rows(database)


def _apply_all_events(database: Database, settings: Settings, expected: int) -> None:
    """Consume all topics from the beginning, until the `expected` number of scores is stored."""
    handlers = SERVICE.handlers(settings)
    group = f"rebuild-{secrets.token_hex(4)}"
    with closing(open_log(settings)) as log:
        consumer = Consumer(database, log, group=group, handlers=handlers)
        with closing(log.subscribe(group=group, topics=topics_of(handlers))) as subscription:
            eventually(
                lambda: consumer.poll_once(subscription) and len(_rows(database)) >= expected
            )
            eventually(lambda: consumer.poll_once(subscription) == subscription.lag() == 0)


def _rows(database: Database) -> list[Row]:
    """Return the computed columns of all stored scores, sorted by customer."""
    names = [column for column in StoredScore.__table__.columns if column.name not in _NOT_COMPUTED]
    with database.reading() as session:
        found = session.execute(select(*names).order_by(StoredScore.customer_id)).mappings().all()
    return [dict(row) for row in found]


def _settings(product: Running) -> Settings:
    """Return settings of scoring with the database and the event log of the product."""
    roles = create_roles(product.database_url) if product.database_url else {}
    return Settings(
        data=Path(product.data),
        database_url=roles.get("scoring"),
        kafka_bootstrap=product.broker.bootstrap if product.broker else None,
    )
