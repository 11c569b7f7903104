"""The table of the newest records on the topics of a service: fill it from the log, read it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from shared.bulk import any_of
from shared.contracts.catalogue import contract_of
from shared.database import Database, dialect_insert
from shared.messaging.envelope import ReceivedRecord, adapter
from shared.messaging.log import Log
from shared.messaging.tombstones import tombstone_of
from shared.models import PublishedRecord
from shared.publications import runs
from shared.publications.publication import Publication

_BATCH = 500
_LARGEST_VERSION = 1_000_000_000
"""A record with a larger version is no event of Patron. The columns of versions have 32 bits: they
can store this one with --versions-ahead added several times."""
_TABLE = PublishedRecord.__table__


def read_topics(
    database: Database, event_log: Log, publications: Sequence[Publication]
) -> Iterator[tuple[str, int]]:
    """Store the newest record of every key on the topics of these nouns, instead of what is stored.

    Yields after each batch the topic and the number of its records that were read so far. A record
    that is no event of these nouns is left out.
    """
    with database.transaction() as session:
        session.execute(delete(PublishedRecord))
    for topic, classes in _classes_by_topic(publications).items():
        records, n = event_log.history(topic), 0
        while batch := list(islice(records, _BATCH)):
            with database.transaction() as session:
                _store(session, batch, classes)
            n += len(batch)
            yield topic, n


def count_records(event_log: Log, publications: Sequence[Publication]) -> Iterator[tuple[str, int]]:
    """Yield each topic of these nouns with the number of its records."""
    for topic in _classes_by_topic(publications):
        yield topic, sum(1 for _ in event_log.history(topic))


def published_records(
    session: Session, noun: str, keys: Collection[UUID]
) -> dict[UUID, PublishedRecord]:
    """Return the newest published records of a noun by key; unknown keys are left out."""
    texts = [str(key) for key in keys]
    of_keys = any_of(session, PublishedRecord.key, texts)
    found = session.scalars(select(PublishedRecord).where(PublishedRecord.noun == noun, of_keys))
    return {UUID(record.key): record for record in found}


def published_versions(session: Session, noun: str, keys: Collection[UUID]) -> dict[UUID, int]:
    """Return, for each key, the version that consumers of a restored service may have read.

    A record that is created again begins above it. It is 0 for a key that was not published, unless
    `restored` has raised all versions, because the topics did not have what consumers had read.
    """
    if not keys:
        return {}
    ahead = runs.versions_ahead(session)
    records = published_records(session, noun, keys)
    return {key: (records[key].version if key in records else 0) + ahead for key in keys}


def records_after(noun: str, key: str, *conditions: Any) -> Select[PublishedRecord]:
    """Return a SELECT of up to 500 published records of a noun, in the order of keys."""
    return (
        select(PublishedRecord)
        .where(PublishedRecord.noun == noun, PublishedRecord.key > key, *conditions)
        .order_by(PublishedRecord.key)
        .limit(_BATCH)
    )


def facts_of(event_log: Log, publication: Publication) -> Iterator[list[Any]]:
    """Yield batches of the facts of a noun that its topics have; what is no fact is left out."""
    classes = {
        name: event_class
        for of_topic in _classes_by_topic([publication]).values()
        for name, (_, event_class) in of_topic.items()
        if not contract_of(event_class).compacted
    }
    for topic in sorted({contract_of(each).topic for each in classes.values()}):
        records = event_log.history(topic)
        while batch := list(islice(records, _BATCH)):
            yield [
                fact
                for item in batch
                if (event_class := classes.get(item.record.headers.get("ce_type", "")))
                and (fact := _fact(item, event_class)) is not None
            ]


def _fact(item: ReceivedRecord, event_class: type) -> Any:
    """Return the fact in a record; None if the record is no event."""
    if _read(item, event_class) is None:
        return None
    try:
        return adapter(event_class).validate_json(item.record.value or b"")
    except ValueError:
        return None


_Classes = Mapping[str, tuple[str, type]]
"""The noun and the class of events, by type of event."""


def _classes_by_topic(publications: Sequence[Publication]) -> dict[str, _Classes]:
    """Return, for each topic of these nouns, the noun and the class of each type of events."""
    found: dict[str, dict[str, tuple[str, type]]] = {}
    for publication in publications:
        for event_class in publication.classes:
            contract = contract_of(event_class)
            entry = {contract.name: (publication.noun, event_class)}
            found.setdefault(contract.topic, {}).update(entry)
    return dict(sorted(found.items()))


def _store(session: Session, batch: Sequence[ReceivedRecord], classes: _Classes) -> None:
    """Merge a batch of records of one topic, in the order of the log, into the table."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    known = [
        (item, *classes[name])
        for item in batch
        if (name := item.record.headers.get("ce_type", "")) in classes
    ]
    for noun in {noun for _, noun, _ in known}:
        keys = [item.record.key for item, own_noun, _ in known if own_noun == noun]
        statement = select(_TABLE).where(_TABLE.c.noun == noun, any_of(session, _TABLE.c.key, keys))
        for row in session.execute(statement).mappings():
            rows[noun, row["key"]] = dict(row)
    changed = {}
    for item, noun, event_class in known:
        merged = _merged(rows.get((noun, item.record.key)), item, noun, event_class)
        if merged is not None:
            rows[noun, item.record.key] = changed[noun, item.record.key] = merged
    if changed:
        insert = dialect_insert(session, _TABLE)
        names = ("version", "recorded_at", "has_state", "withdrawn")
        statement = insert.on_conflict_do_update(
            index_elements=["noun", "key"], set_={name: insert.excluded[name] for name in names}
        )
        session.execute(statement, [changed[key] for key in sorted(changed)])


def _merged(
    before: Mapping[str, Any] | None, item: ReceivedRecord, noun: str, event_class: type
) -> dict[str, Any] | None:
    """Return the row of a key after a further record; None if the record is no event."""
    read = _read(item, event_class)
    if read is None:
        return None
    version, recorded_at = read
    row = dict(before) if before else _blank(noun, item.record.key)
    if version >= row["version"] and recorded_at is not None:
        row |= {"version": version, "recorded_at": recorded_at}
    if contract_of(event_class).compacted:
        is_gone = item.record.value is None
        reason = tombstone_of(item.record, event_class).reason.value if is_gone else None
        row |= {"has_state": not is_gone, "withdrawn": reason}
    return row


def _blank(noun: str, key: str) -> dict[str, Any]:
    """Return the row of a key before its first record."""
    return {
        "noun": noun,
        "key": key,
        "version": 0,
        "recorded_at": None,
        "has_state": False,
        "withdrawn": None,
    }


def _read(item: ReceivedRecord, event_class: type) -> tuple[int, datetime | None] | None:
    """Return the version of a record and its time; (0, None) of a tombstone, None of no event."""
    record, contract = item.record, contract_of(event_class)
    try:
        is_key = str(UUID(record.key)) == record.key
        if record.value is None:
            tombstone_of(record, event_class)
            return (0, None) if is_key and contract.compacted else None
        content = json.loads(record.value)
        version, recorded_at = content["version"], _moment(content["recorded_at"])
        is_event = is_key and content[contract.key] == record.key and type(version) is int
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None
    return (version, recorded_at) if is_event and 0 < version <= _LARGEST_VERSION else None


def _moment(text: str) -> datetime:
    """Return a moment in UTC; raise ValueError if the text has no offset from UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
