"""The command `redrive`: list, try again or discard the dead letters of a service."""

import getpass
import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.database import Database
from shared.logging import logger
from shared.messaging import redrive as redriving
from shared.messaging.dead_letters import (
    DeadLetter,
    UnknownDeadLetters,
    find_dead_letters,
    open_dead_letters,
    settle,
)
from shared.messaging.log import Log
from shared.messaging.log.choice import open_log
from shared.service import Service
from shared.settings import ServiceSettings

log = logger(__name__)

STATUSES = "Exit status: 0 if every letter was applied, discarded or listed, 1 if one failed again."


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the command; `only` and `discard` are ids of letters."""

    dry_run: bool
    only: Sequence[str]
    discard: Sequence[str]
    by: str
    reason: str | None


def add_options(parser: ArgumentParser) -> None:
    """Add the options of the command, other than --dry-run, to its parser."""
    parser.epilog = STATUSES
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--only", nargs="+", default=(), metavar="ID", help="Try only these dead letters."
    )
    choice.add_argument(
        "--discard",
        nargs="+",
        default=(),
        metavar="ID",
        help="Never list or try these dead letters again; nothing else is tried.",
    )
    parser.add_argument(
        "--reason", type=_text(1000), help="Why the letters are discarded; it is stored."
    )
    parser.add_argument(
        "--by",
        type=_text(200),
        default=_user(),
        help="Who runs the command; it is stored (default: %(default)s).",
    )


def run(service: Service, settings: ServiceSettings, options: Options) -> int:
    """Run the command, print lines of JSON, and return the exit status.

    With --dry-run the letters are listed, otherwise only those that failed again are printed.
    """
    database, event_log = Database.from_settings(settings), open_log(settings)
    try:
        batches = _batches(database, event_log, options, service=settings.name)
        if options.dry_run:
            _print(letter.describe() for batch in batches for letter in batch)
            return 0
        if options.discard:
            _discard(database, batches, options)
            return 0
        results = redriving.redrive(
            database,
            event_log,
            batches,
            service=settings.name,
            handlers=service.handlers(settings),
            by=options.by,
        )
        return _status_after(results)
    except UnknownDeadLetters as unknown:
        sys.stderr.write(f"{unknown} Nothing was done; --dry-run lists the open ones.\n")
        return 1
    finally:
        event_log.close()
        database.close()


def _status_after(results: Iterable[tuple[int, list[dict[str, str]]]]) -> int:
    """Print the letters that failed again, log the totals, and return the exit status."""
    applied, failed = 0, 0
    for applied_now, failures in results:
        _print(failures)
        applied, failed = applied + applied_now, failed + len(failures)
    log.info("redrive.ended", applied=applied, failed=failed)
    return 1 if failed else 0


def _batches(
    database: Database, event_log: Log, options: Options, *, service: str
) -> Iterable[list[DeadLetter]]:
    """Return the letters that the options name, or else all that are open, in batches."""
    if ids := options.only or options.discard:
        return [find_dead_letters(database, event_log, ids, service=service)]
    return open_dead_letters(database, event_log, service=service)


def _discard(database: Database, batches: Iterable[Sequence[DeadLetter]], options: Options) -> None:
    """Store that these letters are discarded."""
    letters = [letter for batch in batches for letter in batch]
    with database.transaction() as session:
        settle(session, letters, is_discarded=True, by=options.by, reason=options.reason)
    for letter in letters:
        log.info("dead_letter.discarded", id=letter.id, by=options.by, reason=options.reason)


def _print(descriptions: Iterable[Mapping[str, str]]) -> None:
    """Print each description of a dead letter as a line of JSON."""
    for description in descriptions:
        sys.stdout.write(json.dumps(description) + "\n")


def _text(max_length: int) -> Callable[[str], str]:
    """Return a function that refuses longer values of an option than this."""

    def text(value: str) -> str:
        if len(value) > max_length:
            raise ArgumentTypeError(f"at most {max_length} characters")
        return value

    return text


def _user() -> str:
    """Return the name of the user who runs this process, or else the number of this user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
