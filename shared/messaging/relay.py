"""Publish the events in the outbox to the log, in the order of their ids, at least once.

The relay reads the oldest unpublished rows of the outbox, appends them to the log, and sets their
`published_at` once the log has acknowledged all of them. After a crash before `published_at` is
set, the rows are still unpublished, so they are published a second time, with the same event ids;
consumers find these ids in their inbox and skip the events.

Only one relay of a service publishes at a time: the relay that has the lock. The relay sets
`published_at` on the connection that has the lock. A relay that loses its lock together with this
connection therefore cannot set `published_at` either.

Unpublished rows are selected by `published_at IS NULL`, never by `id > last id`: ids are assigned
before the commit, so the latter would skip the rows of a transaction that commits late.

Records that a relay was sending when it lost its lock may reach the log after newer records of the
next relay. On an event topic such late records do no harm: every event has its id, and consumers
ignore old versions. A compacted topic, however, retains only the last record of a key, which may
now be an old state. Therefore a relay that failed while it was sending a batch marks the newest
states of the keys in this batch as unpublished, so that they are published once more.
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
from shared.loops import QUIET_SECONDS, Loop
from shared.messaging.envelope import Record, headers
from shared.messaging.log import Log
from shared.messaging.tombstones import REASON_HEADER
from shared.models import Outbox
from shared.outages import LogUnavailable

_BATCH = 500
_PAUSE_SECONDS = 0.03
_LONG_PAUSE_SECONDS = 0.1
_LONG_PAUSE_AFTER = timedelta(seconds=2)
"""After this time without events the relay pauses longer between two queries of the outbox."""
_STANDBY_SECONDS = 1.0
_RETENTION = timedelta(days=1)
_CLEANUP_SECONDS = 60


class Relay(Loop):
    """The loop of a worker that publishes events."""

    name = "relay"

    def __init__(self, database: Database, event_log: Log) -> None:
        self._database = database
        self._log = event_log
        self._sending: Sequence[Row[tuple[Outbox]]] = ()
        self._last_cleanup = self._last_published = clock.now()

    def run(self, stop: Event) -> None:
        """Publish until `stop` is set; stand by while another relay of this service publishes."""
        while not stop.is_set():
            try:
                self._republish_states_after_failure()
                with exclusive_lock(self._database, "relay") as connection:
                    if connection is not None:
                        self._publish_with_lock(connection, stop)
            except (LogUnavailable, SQLAlchemyError) as error:
                self.wait_if_outage(error, stop)
            else:
                self.beat()
                self.end_outage(quiet_seconds=QUIET_SECONDS)
                stop.wait(_STANDBY_SECONDS)

    def _publish_with_lock(self, connection: Connection, stop: Event) -> None:
        """Publish batch after batch; `_sending` has the rows of the batch that is being sent."""
        while not stop.is_set():
            self._sending = rows = oldest_unpublished(connection)
            publish(connection, self._log, rows, source=self._database.schema)
            self._sending = ()
            self.beat()
            self.end_outage()
            if len(rows) < _BATCH:
                self._delete_published(connection)
                stop.wait(self._pause(rows))

    def _pause(self, rows: Sequence[Row[tuple[Outbox]]]) -> float:
        """Return the seconds to wait after publishing these rows."""
        now = clock.now()
        self._last_published = now if rows else self._last_published
        is_idle = now - self._last_published > _LONG_PAUSE_AFTER
        return _LONG_PAUSE_SECONDS if is_idle else _PAUSE_SECONDS

    def _republish_states_after_failure(self) -> None:
        """Republish the newest states of the last batch's keys, if sending that batch failed."""
        if self._sending:
            with self._database.connection() as connection:
                republish_newest_states(connection, self._sending)
            self._sending = ()

    def _delete_published(self, connection: Connection) -> None:
        """Delete the rows that were published more than a day ago, at most once a minute."""
        if (clock.now() - self._last_cleanup).total_seconds() > _CLEANUP_SECONDS:
            old = Outbox.published_at < clock.now() - _RETENTION
            connection.execute(delete(Outbox).where(old))
            self._last_cleanup = clock.now()


def oldest_unpublished(connection: Connection) -> Sequence[Row[tuple[Outbox]]]:
    """Return the oldest unpublished rows of the outbox, at most 500."""
    return connection.execute(
        select(Outbox.__table__)
        .where(Outbox.published_at.is_(None))
        .order_by(Outbox.id)
        .limit(_BATCH)
    ).all()


def publish(
    connection: Connection, event_log: Log, rows: Sequence[Row[tuple[Outbox]]], *, source: str
) -> None:
    """Append rows to the log; set their `published_at` once the log has acknowledged all rows."""
    if rows:
        event_log.append([_record(row, source) for row in rows])
        connection.execute(
            update(Outbox)
            .where(Outbox.id.in_([row.id for row in rows]))
            .values(published_at=clock.now())
        )


def publish_all(connection: Connection, event_log: Log, *, source: str) -> None:
    """Publish every unpublished row of the outbox; the caller has the lock of the relay."""
    while rows := oldest_unpublished(connection):
        publish(connection, event_log, rows, source=source)


def republish_newest_states(connection: Connection, rows: Sequence[Row[tuple[Outbox]]]) -> None:
    """Mark as unpublished, for each state in `rows`, the newest row with its topic and key."""
    states = {
        (row.aggregatetype, row.aggregateid) for row in rows if is_compacted(row.aggregatetype)
    }
    topic_and_key = Outbox.aggregatetype, Outbox.aggregateid
    newest = (
        select(func.max(Outbox.id))
        .where(tuple_(*topic_and_key).in_(states))
        .group_by(*topic_and_key)
    )
    if states:
        connection.execute(update(Outbox).where(Outbox.id.in_(newest)).values(published_at=None))


def count_unpublished(connection: Connection) -> int:
    """Return the number of rows of the outbox that are not published yet."""
    unpublished = select(func.count()).select_from(Outbox).where(Outbox.published_at.is_(None))
    return connection.execute(unpublished).scalar_one()


def _record(row: Row[tuple[Outbox]], source: str) -> Record:
    """Return the record of the log for a row of the outbox."""
    attributes = headers(
        event_id=row.event_id,
        kind=row.type,
        source=f"/patron/{source}",
        time=row.recorded_at,
        key=row.aggregateid,
        traceparent=row.traceparent,
    )
    if row.reason:
        attributes[REASON_HEADER] = row.reason
    value = None if row.payload is None else row.payload.encode()
    return Record(row.aggregatetype, row.aggregateid, value, attributes)
