"""The command `restored`: make every consumer right again after an older database was restored.

The topics know what was published after the copy. What was erased then is erased here too, before
anything is published. The versions of records that were changed then move past what was published;
every present state and fact is published again; what exists on the topics only is withdrawn. The
service reads all events of the others again.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.bulk import any_of
from shared.contracts.catalogue import contract_of
from shared.database import Database
from shared.messaging import outbox, relay
from shared.messaging.log import Log
from shared.messaging.tombstones import WithdrawalReason
from shared.models import Outbox, PublishedRecord
from shared.publications import runs
from shared.publications.publication import Publication
from shared.publications.published import (
    facts_of,
    published_records,
    read_topics,
    records_after,
)

_BATCH = 500
_PHASES = ("read", "erase", "publish", "withdraw")
Line = dict[str, Any]
"""A line of progress, which the command prints as JSON."""


class Restore:
    """A run of the command; `lock` is the connection that has the lock of the relay.

    `versions_ahead` is added to every version, for consumers who have read more than the topics
    have: those of a Kafka that was lost. None stands for 0, or for that of the run that was
    interrupted. With `start_over` such a run is not continued.
    """

    def __init__(
        self,
        database: Database,
        event_log: Log,
        publications: Sequence[Publication],
        *,
        lock: Connection,
        versions_ahead: int | None = None,
        start_over: bool = False,
    ) -> None:
        self._database = database
        self._log = event_log
        self._publications = publications
        self._lock = lock
        self._progress = runs.start_or_continue(
            database,
            runs.RESTORED,
            phase=_PHASES[0],
            options={"versions_ahead": versions_ahead},
            start_over=start_over,
        )
        self._ahead: int = self._progress.options.get("versions_ahead", 0)
        runs.abandon(database, runs.SNAPSHOT)  # this run publishes everything that it would

    def run(self) -> Generator[Line, None, None]:
        """Do every phase that is not done yet; yield lines of progress."""
        steps = (self._read, self._erase, self._publish, self._withdraw)
        first = _PHASES.index(self._progress.phase)
        for phase, step in list(zip(_PHASES, steps, strict=True))[first:]:
            if phase != self._progress.phase:
                runs.begin_phase(self._database, self._progress, phase)
            yield from step()
        self._drain()
        runs.finish(self._database, self._progress)

    def _read(self) -> Iterator[Line]:
        """Read the topics to which this service publishes."""
        for topic, records in read_topics(self._database, self._log, self._publications):
            yield {"phase": "read", "topic": topic, "records": records}

    def _erase(self) -> Iterator[Line]:
        """Remove what was erased after the copy, from the tables and from the outbox."""
        erased = PublishedRecord.withdrawn == WithdrawalReason.ERASED
        for publication in self._publications:
            n = 0
            while True:
                with self._portion(publication) as (session, position):
                    records = session.scalars(
                        records_after(publication.noun, position or "", erased)
                    ).all()
                    keys = [UUID(record.key) for record in records]
                    self._erase_records(session, publication, keys)
                    self._advance(session, publication, records[-1].key if records else None)
                n += len(keys)
                if not keys:
                    break
                yield {"phase": "erase", "noun": publication.noun, "records": n}

    def _erase_records(
        self, session: Session, publication: Publication, keys: Sequence[UUID]
    ) -> None:
        """Remove the rows of erased records, and their events that are not published yet."""
        if not keys:
            return
        for each in self._publications:
            each.withdraw(session, publication.noun, keys)
        topics = {contract_of(each).topic for each in publication.classes}
        session.execute(
            delete(Outbox).where(
                Outbox.published_at.is_(None),
                Outbox.aggregatetype.in_(topics),
                any_of(session, Outbox.aggregateid, [str(key) for key in keys]),
            )
        )
        _record_tombstones(session, publication, keys, WithdrawalReason.ERASED)

    def _publish(self) -> Iterator[Line]:
        """Raise the versions of rows where necessary, and publish every row."""
        for publication in self._publications:
            n = 0
            while True:
                with self._portion(publication) as (session, position):
                    ids = ids_after(session, publication, position)
                    raised = self._raise_versions(session, publication, ids)
                    self._record_present(session, publication, ids)
                    self._advance(session, publication, str(ids[-1]) if ids else None)
                self._drain()
                n += len(ids)
                if not ids:
                    break
                yield {
                    "phase": "publish",
                    "noun": publication.noun,
                    "records": n,
                    "versions_raised": raised,
                }

    def _raise_versions(
        self, session: Session, publication: Publication, ids: Sequence[UUID]
    ) -> int:
        """Lock the rows with these ids, and raise versions that topics have for other writes."""
        if not ids:
            return 0
        table = publication.id.class_.__table__
        columns = [publication.id, publication.version, publication.recorded_at]
        statement = select(*[column for column in columns if column is not None])
        locked = statement.where(any_of(session, publication.id, ids)).order_by(publication.id)
        rows = session.execute(locked.with_for_update()).all()
        published = published_records(session, publication.noun, ids)
        versions = {
            id_: version
            for id_, stored, *recorded_at in rows
            if (version := self._version(published.get(id_), stored, *recorded_at)) != stored
        }
        values: dict[str, Any] = {publication.version.key: bindparam("new_version")}
        if publication.recorded_at is not None:
            values[publication.recorded_at.key] = clock.now()
        if versions:
            session.connection().execute(
                update(table).where(publication.id == bindparam("row_id")).values(values),
                [{"row_id": id_, "new_version": new} for id_, new in sorted(versions.items())],
            )
        return len(versions)

    def _version(
        self, published: PublishedRecord | None, stored: int, recorded_at: Any = None
    ) -> int:
        """Return the version with which a row is published."""
        if published is None or published.version < stored:
            return stored + self._ahead
        is_same_write = recorded_at is not None and published.recorded_at == recorded_at
        if published.version == stored and is_same_write:
            return stored + self._ahead
        return published.version + 1 + self._ahead

    def _record_present(
        self, session: Session, publication: Publication, ids: Sequence[UUID]
    ) -> None:
        """Record the present events of rows; withdraw the states of rows that have none now.

        A state that was erased is not recorded, also if the noun still has a row for it.
        """
        if not ids:
            return
        published = published_records(session, publication.noun, ids)
        erased = {
            id_ for id_, each in published.items() if each.withdrawn == WithdrawalReason.ERASED
        }
        events = [
            each
            for each in publication.present(session, ids)
            if not (is_state(each) and key_of(each) in erased)
        ]
        outbox.record_all(session, events)
        with_state = {key_of(each) for each in events if is_state(each)}
        stale = [id_ for id_, each in published.items() if each.has_state and id_ not in with_state]
        _record_tombstones(session, publication, stale, WithdrawalReason.RESTORED)

    def _withdraw(self) -> Iterator[Line]:
        """Withdraw the states and facts of records that exist on the topics only."""
        for publication in self._publications:
            n = 0
            while True:
                with self._portion(publication) as (session, position):
                    statement = records_after(publication.noun, position or "")
                    records = session.scalars(statement).all()
                    gone = missing(session, publication, [UUID(each.key) for each in records])
                    shown = [each for each in records if each.has_state and UUID(each.key) in gone]
                    keys = [UUID(each.key) for each in shown]
                    _record_tombstones(session, publication, keys, WithdrawalReason.RESTORED)
                    for each in shown:
                        each.has_state, each.withdrawn = False, WithdrawalReason.RESTORED
                    self._advance(session, publication, records[-1].key if records else None)
                self._drain()
                n += len(keys)
                if not records:
                    break
                yield {"phase": "withdraw", "noun": publication.noun, "states": n}
            yield from self._withdraw_facts(publication)

    def _withdraw_facts(self, publication: Publication) -> Iterator[Line]:
        """Publish the withdrawing facts of records that exist on the topics only."""
        n = 0
        for facts in facts_of(self._log, publication):
            with self._database.transaction() as session:
                gone = missing(session, publication, [key_of(fact) for fact in facts])
                known = published_records(session, publication.noun, gone)
                withdrawing = [
                    event
                    for fact in facts
                    if key_of(fact) in gone
                    and (event := self._gone(publication, fact, known.get(key_of(fact))))
                ]
                outbox.record_all(session, withdrawing)
            self._drain()
            n += len(withdrawing)
            if withdrawing:
                yield {"phase": "withdraw", "noun": publication.noun, "facts": n}

    def _gone(self, publication: Publication, fact: Any, known: PublishedRecord | None) -> Any:
        """Return the withdrawing fact that follows the newest fact of a record, else None."""
        if known is None or fact.version != known.version:
            return None
        event = publication.gone(fact)
        if event is None:
            return None
        known.version += 1 + self._ahead
        return replace(event, version=known.version, recorded_at=clock.now())

    @contextmanager
    def _portion(self, publication: Publication) -> Iterator[tuple[Session, str | None]]:
        """Yield a transaction, and the key after which the next portion of a noun begins."""
        with self._database.transaction() as session:
            yield session, self._progress.position.get(publication.noun)

    def _advance(self, session: Session, publication: Publication, key: str | None) -> None:
        """Store the last key of a portion together with what was done."""
        if key is not None:
            self._progress.position[publication.noun] = key
            runs.store(session, self._progress)

    def _drain(self) -> None:
        """Publish every event of the outbox, as the relay does."""
        relay.publish_all(self._lock, self._log, source=self._database.schema)


def key_of(event: Any) -> UUID:
    """Return the key of an event, the id of its record."""
    key: UUID = getattr(event, contract_of(type(event)).key)
    return key


def is_state(event: Any) -> bool:
    """Return whether an event is a state, not a fact."""
    return contract_of(type(event)).compacted


def ids_after(session: Session, publication: Publication, position: str | None) -> Sequence[UUID]:
    """Return the ids of the next 500 rows of a noun after an id."""
    statement = select(publication.id).order_by(publication.id).limit(_BATCH)
    if position is not None:
        statement = statement.where(publication.id > UUID(position))
    return session.scalars(statement).all()


def missing(session: Session, publication: Publication, keys: Sequence[UUID]) -> set[UUID]:
    """Return those of these keys that no row of the noun has."""
    if not keys:
        return set()
    existing = select(publication.id).where(any_of(session, publication.id, set(keys)))
    return set(keys) - set(session.scalars(existing))


def count_rows(session: Session, publication: Publication) -> int:
    """Return the number of rows of a noun."""
    return session.scalar(select(func.count()).select_from(publication.id.class_)) or 0


def _record_tombstones(
    session: Session, publication: Publication, keys: Sequence[UUID], reason: WithdrawalReason
) -> None:
    """Record tombstones on the topic of the noun's states, if it has one."""
    if publication.state_class is not None:
        outbox.record_tombstones(session, publication.state_class, keys, reason=reason)
