"""The command `duplicates`: list stored ids that differ only by their spelling.

Releases before this one stored texts as they were sent; see docs/decisions, "One spelling".
"""

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from typing import Any, TypeAlias
from unicodedata import name
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.settings import ServiceSettings
from shared.texts import normalise

Keys: TypeAlias = Mapping[str, tuple[Any, Sequence[Any]]]
"""The column with the id of a record and the columns of its key, by the kind of record.

A record of which one of these columns is NULL has no key.
"""
_ROWS_AT_ONCE = 1000


def print_duplicates(settings: ServiceSettings, keys: Keys) -> None:
    """Print a line of JSON for each group; exit with 1 if a group has several records."""
    has_duplicates = False
    with closing(Database.from_settings(settings)) as database, database.streaming() as session:
        for group in differing_records(session, keys):
            has_duplicates = has_duplicates or len(group["records"]) > 1
            sys.stdout.write(json.dumps(group) + "\n")
    if has_duplicates:
        sys.exit(1)


def differing_records(session: Session, keys: Keys) -> Iterator[dict[str, Any]]:
    """Yield the kind, the normalised key and the records of each key that is not normalised.

    A record has its id, its key, and the characters that its key has and the normalised one lacks.
    A group of one record has no duplicate yet: the next request that names its key creates one.
    Rows that are not normalised are sorted in a temporary file, so the memory does not grow.
    """
    for kind, (record_id, columns) in keys.items():
        with closing(sqlite3.connect("")) as sorted_rows:
            sorted_rows.execute("CREATE TABLE found (key TEXT, id TEXT, stored TEXT)")
            sorted_rows.executemany(
                "INSERT INTO found VALUES (?, ?, ?)", _not_normalised(session, record_id, columns)
            )
            found = sorted_rows.execute("SELECT key, id, stored FROM found ORDER BY key, stored")
            for key, rows in groupby(found, key=lambda row: row[0]):
                texts = json.loads(key)
                records = [_record(row[1], json.loads(row[2]), texts) for row in rows]
                same = select(record_id).where(record_id.is_not(None), *_equal(columns, texts))
                records += [_record(str(each), texts, texts) for each in session.scalars(same)]
                yield {"kind": kind, "key": texts, "records": records}


def _not_normalised(
    session: Session, record_id: Any, columns: Sequence[Any]
) -> Iterator[tuple[str, str, str]]:
    """Yield the normalised key, the id and the key of each row whose key is not normalised."""
    statement = select(record_id, *columns).where(
        *(column.is_not(None) for column in (record_id, *columns))
    )
    found = session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE))
    for stored_id, *values in found:
        texts = [str(value) for value in values]
        normalised = [normalise(text).strip() or text for text in texts]
        if normalised != texts:
            yield json.dumps(normalised), str(stored_id), json.dumps(texts)


def _equal(columns: Sequence[Any], texts: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return the conditions that the columns have these texts."""
    return [
        column == (UUID(text) if isinstance(column.type, Uuid) else text)
        for column, text in zip(columns, texts, strict=True)
    ]


def _record(
    record_id: str, key: Sequence[str], normalised: Sequence[str]
) -> dict[str, str | list[str]]:
    """Return a record of a group; the characters that differ are named, as they may be invisible.

    If only the sequence of the characters differs, all that are not ASCII are named.
    """
    unusual = [each for each in dict.fromkeys("".join(key)) if not each.isascii()]
    differing = [each for each in unusual if each not in "".join(normalised)]
    named = (differing or unusual) if key != normalised else []
    return {
        "id": record_id,
        "key": list(key),
        "characters": [f"U+{ord(each):04X} {name(each, '')}".rstrip() for each in named],
    }
