"""The commands `digest` and `reconcile`: compare the records of one service with another's copies.

No service calls another: the digests of the service that owns the records go through a file.
"""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.database import Database
from shared.money import format_decimal
from shared.settings import ServiceSettings

ROWS_PER_FETCH = 1000
_MAX_NAMED = 100
"""More ids of records that are here and not there are not printed."""

Record: TypeAlias = tuple[UUID, tuple[object, ...]]
"""The id of a record, and the values of its fields that both services must agree on."""


@dataclass(frozen=True, slots=True)
class Range:
    """Ids above `after` and up to `to`; None stands for no bound."""

    after: UUID | None
    to: UUID | None

    def of(self, column: InstrumentedAttribute[UUID]) -> list[ColumnElement[bool]]:
        """Return the conditions that a column is within the range."""
        conditions = []
        if self.after is not None:
            conditions.append(column > self.after)
        if self.to is not None:
            conditions.append(column <= self.to)
        return conditions


Records: TypeAlias = Callable[[Session, Range], Iterator[Record]]
"""A function that yields the records within a range in ascending order of id, in portions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """How the records of a noun are compared; the copies in other services have the same `noun`."""

    noun: str
    records: Records


def select_records(
    session: Session,
    id_column: InstrumentedAttribute[UUID],
    columns: Sequence[InstrumentedAttribute[Any]],
    within: Range,
    *conditions: ColumnElement[bool],
) -> Iterator[Record]:
    """Yield records whose values are columns of one table."""
    statement = select(id_column, *columns).where(*conditions, *within.of(id_column))
    in_portions = statement.order_by(id_column).execution_options(yield_per=ROWS_PER_FETCH)
    for id_, *values in session.execute(in_portions):
        yield id_, tuple(values)


def add_digest_options(parser: ArgumentParser) -> None:
    """Add the options of `digest` to its parser."""
    parser.add_argument(
        "--every",
        type=_at_least_1,
        default=1000,
        metavar="N",
        help="The number of records of a line; 1 lets `reconcile` name each record that differs.",
    )
    parser.add_argument("--noun", help="Only this noun, such as registry.order.")
    parser.add_argument("--after", type=UUID, metavar="ID", help="Only records above this id.")
    parser.add_argument("--to", type=UUID, metavar="ID", help="Only records up to this id.")


def _at_least_1(text: str) -> int:
    """Return the argument of --every; raise ArgumentTypeError for less than one record."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is not a number of records, 1 or more")
    return int(text)


def add_reconcile_options(parser: ArgumentParser) -> None:
    """Add the argument of `reconcile` to its parser."""
    parser.add_argument("file", type=Path, help="The output of `digest` of another service.")


def print_digests(
    settings: ServiceSettings,
    digests: Iterable[Digest],
    *,
    every: int,
    noun: str | None,
    after: UUID | None,
    to: UUID | None,
) -> None:
    """Print the digests of the records of a service, a line of JSON for each range of ids."""
    database = Database.from_settings(settings)
    for digest in digests:
        if noun in {None, digest.noun}:
            with database.streaming() as session:
                for line in lines_of(session, digest, Range(after, to), every=every):
                    _print(line)
    database.close()


def reconcile(settings: ServiceSettings, digests: Sequence[Digest], *, file: Path) -> None:
    """Print the differences from the digests in a file; exit with 1 if there are any.

    The exit status is 1 too if nothing is compared. Nouns of which this service has no copy are
    left out. Let the consumer lag become 0 first.
    """
    by_noun = {digest.noun: digest for digest in digests}
    database = Database.from_settings(settings)
    n_lines, n_compared, n_different = 0, 0, 0
    with file.open(encoding="utf-8") as lines:
        for line in map(partial(_parsed, file=file), lines):
            if (digest := by_noun.get(line["noun"])) is None:
                continue
            n_lines, n_compared = n_lines + 1, n_compared + line["count"]
            with database.streaming() as session:
                found = difference(session, digest, line)
            if found is not None:
                n_different += 1
                _print(found)
    database.close()
    if not n_lines:
        sys.exit(f"{file} has no digest of which this service has copies.")
    _print({"compared": n_compared, "different": n_different})
    sys.exit(n_different > 0)


def _parsed(text: str, *, file: Path) -> dict[str, Any]:
    """Return a line of a file of digests; raise SystemExit if it is none."""
    try:
        line: dict[str, Any] = json.loads(text)
        UUID(line["to"] or line["after"] or str(UUID(int=0)))
        if isinstance(line["count"], int) and isinstance(line["noun"], str):
            return line
    except (KeyError, TypeError, ValueError):
        pass
    sys.exit(f"{file} has a line that `digest` did not write. Write the file again.")


def lines_of(
    session: Session, digest: Digest, within: Range, *, every: int
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a noun: contiguous ranges of ids, each with a count and a digest.

    The last range ends where `within` does, so that further records of a copy are found.
    """
    after, summed = within.after, _Sum()
    last = after
    for id_, values in digest.records(session, within):
        if summed.count == every:
            yield summed.line(digest.noun, Range(after, last))
            after, summed = last, _Sum()
        summed.add(id_, values)
        last = id_
    yield summed.line(digest.noun, Range(after, within.to))


def difference(session: Session, digest: Digest, line: dict[str, Any]) -> dict[str, Any] | None:
    """Return how the records of this service differ from a line of a file; None if they do not.

    The ids of the records that this service has are named if the line is about one record.
    """
    within = Range(*(line[name] and UUID(line[name]) for name in ("after", "to")))
    summed, ids = _Sum(), list[str]()
    for id_, values in digest.records(session, within):
        summed.add(id_, values)
        if line["count"] <= 1 and len(ids) < _MAX_NAMED:
            ids.append(str(id_))
    own = summed.line(digest.noun, within)
    if own == line:
        return None
    found = {name: line[name] for name in ("noun", "after", "to")}
    counts = {"count_there": line["count"], "count_here": own["count"]}
    return found | counts | ({"ids_here": ids} if line["count"] <= 1 else {})


class _Sum:
    """The count and the digest of the records of a range."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = sha256()

    def add(self, id_: UUID, values: Iterable[object]) -> None:
        """Add a record."""
        self.count += 1
        self._hash.update(json.dumps([str(id_), *map(_text, values)]).encode())

    def line(self, noun: str, within: Range) -> dict[str, Any]:
        """Return the line of the range."""
        bounds = {
            "after": within.after and str(within.after),
            "to": within.to and str(within.to),
        }
        return {"noun": noun, **bounds, "count": self.count, "digest": self._hash.hexdigest()}


def _text(value: object) -> str | None:
    """Return a value as text, a decimal in one form whatever the database; None stays None."""
    if isinstance(value, Decimal):
        return format_decimal(value)
    return None if value is None else str(value)


def _print(line: dict[str, Any]) -> None:
    """Print a line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")
