"""Publish what the outbox holds, in order, and flag it once the log has acknowledged it.

One relay per service publishes at a time: it works on the connection that holds the lock, so that a
relay which lost its lock cannot flag anything either. Rows are found by flag, never by `id > last`:
ids are given before commits, and a cursor would step over a slow transaction.

What a relay was sending when it lost its lock may arrive after what its successor sends. Facts may:
a repeated one has its id. But a compacted topic keeps what came last, so the newest states of those
keys are published once more.
"""

from collections.abc import Sequence
from datetime import timedelta
from threading import Event

from sqlalchemy import Connection, Row, delete, func, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from shared import clock
from shared.contracts.catalogue import is_compacted
from shared.database import Database
from shared.locks import exclusive_lock
from shared.loops import Loop
from shared.messaging.envelope import Record, headers
from shared.messaging.log import Log
from shared.metrics import OUTBOX_AGE
from shared.models import Outbox
from shared.outages import LogUnavailable

_BATCH = 500
_IDLE_SECONDS = 0.03
_QUIET_SECONDS = 0.1
_QUIET_AFTER = timedelta(seconds=2)
"""Once nothing has come for so long it looks less often: most relays have nothing to do."""
_STANDBY_SECONDS = 1.0
_KEPT = timedelta(days=1)
_TIDY_SECONDS = 60


class Relay(Loop):
    """The publishing side of a worker."""

    name = "relay"

    def __init__(self, database: Database, event_log: Log) -> None:
        self._database = database
        self._log = event_log
        self._sending: Sequence[Row[tuple[Outbox]]] = ()
        self._tidied = self._published = clock.now()

    def run(self, stop: Event) -> None:
        """Publish until told to stop; stand by while another relay of this service publishes."""
        while not stop.is_set():
            try:
                self._follow_up()
                with exclusive_lock(self._database, "relay") as connection:
                    if connection is not None:
                        self._lead(connection, stop)
            except (LogUnavailable, SQLAlchemyError) as error:
                self.wait_if_outage(error, stop)
            else:
                self.beat()
                stop.wait(_STANDBY_SECONDS)

    def _lead(self, connection: Connection, stop: Event) -> None:
        while not stop.is_set():
            self._sending = rows = oldest_unpublished(connection, source=self._database.schema)
            publish(connection, self._log, rows, source=self._database.schema)
            self._sending = ()
            self.beat()
            if len(rows) < _BATCH:
                self._tidy(connection)
                stop.wait(self._pause(rows))

    def _pause(self, rows: Sequence[Row[tuple[Outbox]]]) -> float:
        moment = clock.now()
        self._published = moment if rows else self._published
        return _QUIET_SECONDS if moment - self._published > _QUIET_AFTER else _IDLE_SECONDS

    def _follow_up(self) -> None:
        """After a failure in the middle of sending: have the newest states sent again."""
        if self._sending:
            with self._database.connection() as connection:
                republish_newest_states(connection, self._sending)
            self._sending = ()

    def _tidy(self, connection: Connection) -> None:
        if (clock.now() - self._tidied).total_seconds() > _TIDY_SECONDS:
            connection.execute(delete(Outbox).where(Outbox.published_at < clock.now() - _KEPT))
            self._tidied = clock.now()


def oldest_unpublished(connection: Connection, *, source: str) -> Sequence[Row[tuple[Outbox]]]:
    """Give the oldest rows that wait to be published, as many as go in one batch."""
    rows = connection.execute(
        select(Outbox.__table__)
        .where(Outbox.published_at.is_(None))
        .order_by(Outbox.id)
        .limit(_BATCH)
    ).all()
    age = (clock.now() - rows[0].recorded_at).total_seconds() if rows else 0
    OUTBOX_AGE.labels(source).set(age)
    return rows


def publish(
    connection: Connection, event_log: Log, rows: Sequence[Row[tuple[Outbox]]], *, source: str
) -> None:
    """Publish rows, and flag them once the log has acknowledged every one."""
    if rows:
        event_log.append([_record(row, source) for row in rows])
        connection.execute(
            update(Outbox)
            .where(Outbox.id.in_([row.id for row in rows]))
            .values(published_at=clock.now())
        )


def republish_newest_states(connection: Connection, rows: Sequence[Row[tuple[Outbox]]]) -> None:
    """Take the flag off the newest row of each state among these, so that it is published last."""
    states = {(r.aggregatetype, r.aggregateid) for r in rows if is_compacted(r.aggregatetype)}
    place = Outbox.aggregatetype, Outbox.aggregateid
    newest = select(func.max(Outbox.id)).where(tuple_(*place).in_(states)).group_by(*place)
    if states:
        connection.execute(update(Outbox).where(Outbox.id.in_(newest)).values(published_at=None))


def count_unpublished(connection: Connection) -> int:
    """Count what waits to be published."""
    waiting = select(func.count()).select_from(Outbox).where(Outbox.published_at.is_(None))
    return connection.execute(waiting).scalar_one()


def _record(row: Row[tuple[Outbox]], source: str) -> Record:
    attributes = headers(
        event_id=row.event_id,
        kind=row.type,
        source=f"/patron/{source}",
        time=row.recorded_at,
        key=row.aggregateid,
        traceparent=row.traceparent,
    )
    value = None if row.payload is None else row.payload.encode()
    return Record(row.aggregatetype, row.aggregateid, value, attributes)
