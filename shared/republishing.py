"""The commands `restored` and `snapshot`: check that they may run, and print their progress."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from shared.database import Database
from shared.locks import exclusive_lock
from shared.messaging.log import GroupIsReading, Log
from shared.messaging.log.choice import open_log
from shared.publications import snapshot as snapshots
from shared.publications.publication import Publication
from shared.publications.published import count_records
from shared.publications.restored import Restore, count_rows
from shared.service import Service
from shared.settings import ServiceSettings

_MAX_VERSIONS_AHEAD = 100_000_000
"""Versions have 32 bits, and the command may run again."""


def add_restored_options(parser: ArgumentParser) -> None:
    """Add the options of `restored`, other than --dry-run, to its parser."""
    parser.add_argument(
        "--versions-ahead",
        type=_versions,
        metavar="N",
        help="Raise every version by N more: for consumers who have read newer versions than the "
        "topics have, because Kafka was lost or restored too. 0 is the default.",
    )
    _add_start_over(parser)


def add_snapshot_options(parser: ArgumentParser) -> None:
    """Add the options of `snapshot`, other than --dry-run, to its parser."""
    parser.add_argument(
        "--facts",
        action="store_true",
        help="Publish facts too: for each record the fact of its present version.",
    )
    _add_start_over(parser)


def _add_start_over(parser: ArgumentParser) -> None:
    """Add the option --start-over to a parser."""
    parser.add_argument(
        "--start-over",
        action="store_true",
        help="Begin again instead of continuing a run that was interrupted.",
    )


def _versions(text: str) -> int:
    """Return the argument of --versions-ahead; raise ArgumentTypeError if it is out of range."""
    if not text.isdecimal() or int(text) > _MAX_VERSIONS_AHEAD:
        message = f"{text} is not a whole number from 0 to {_MAX_VERSIONS_AHEAD}"
        raise ArgumentTypeError(message)
    return int(text)


def restored(
    service: Service,
    settings: ServiceSettings,
    *,
    dry_run: bool,
    versions_ahead: int | None,
    start_over: bool,
) -> None:
    """Correct every consumer after an older copy of this service's database was restored.

    Stop the workers of the service first. Nothing is asked: what the topics have and the database
    has not is withdrawn. The command may be repeated, and continues after an interruption.
    """
    with _opened(settings) as (database, event_log):
        if dry_run:
            _print_lines(_counts(database, event_log, service.publications))
            return
        with exclusive_lock(database, "relay") as lock:
            if lock is None:
                _refuse(settings)
            try:
                has_consumed = event_log.forget_offsets(settings.name)
            except GroupIsReading:
                _refuse(settings)
            restore = Restore(
                database,
                event_log,
                service.publications,
                lock=lock,
                versions_ahead=versions_ahead,
                # a worker has run after an interrupted run: that run is part of the restored copy
                start_over=start_over or has_consumed,
            )
            _print_lines(restore.run())


def snapshot(
    service: Service, settings: ServiceSettings, *, dry_run: bool, facts: bool, start_over: bool
) -> None:
    """Publish every present state again, to a Kafka that lost them or that is new.

    The workers may run meanwhile. A consumer ignores what it has.
    """
    with _opened(settings) as (database, event_log):
        if dry_run:
            _print_lines(_row_counts(database, service.publications))
        else:
            lines = snapshots.snapshot(
                database, event_log, service.publications, facts=facts, start_over=start_over
            )
            _print_lines(lines)


def _refuse(settings: ServiceSettings) -> NoReturn:
    """Raise SystemExit, because a worker runs."""
    advice = "Kafka counts a worker that was killed for 15 seconds more."
    sys.exit(
        f"A worker of {settings.name}, or this command, runs: stop all of its workers, then run "
        f"this command again. {advice if settings.kafka_bootstrap else ''}".rstrip()
    )


def _counts(
    database: Database, event_log: Log, publications: Sequence[Publication]
) -> Iterator[dict[str, Any]]:
    """Yield the number of records of each topic that would be read, and of rows of each noun."""
    for topic, records in count_records(event_log, publications):
        yield {"topic": topic, "records": records}
    yield from _row_counts(database, publications)


def _row_counts(
    database: Database, publications: Iterable[Publication]
) -> Iterator[dict[str, Any]]:
    """Yield the number of rows of each noun."""
    for publication in publications:
        with database.reading() as session:
            yield {"noun": publication.noun, "records": count_rows(session, publication)}


@contextmanager
def _opened(settings: ServiceSettings) -> Iterator[tuple[Database, Log]]:
    """Yield the database and the log, and close them afterwards."""
    database, event_log = Database.from_settings(settings), open_log(settings)
    try:
        yield database, event_log
    finally:
        event_log.close()
        database.close()


def _print_lines(lines: Iterable[dict[str, Any]]) -> None:
    """Print each line as JSON, at once."""
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
