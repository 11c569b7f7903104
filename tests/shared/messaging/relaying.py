"""A program that runs a relay in its own process, which a test can kill."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from threading import Event

from shared.database import Database
from shared.messaging.envelope import Record
from shared.messaging.log import Log
from shared.messaging.log.choice import open_log
from shared.messaging.relay import Relay
from tests.shared.backend import Backend, NotesSettings, declare_notes


class KillingLog:
    """A log that kills its process after it has written the records, before `append` returns."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def append(self, records: Sequence[Record]) -> None:
        self._log.append(records)
        os.kill(os.getpid(), signal.SIGKILL)


def arguments(backend: Backend, *, die_after_append: bool) -> list[str]:
    """Return the command-line arguments of the program."""
    return [backend.settings.model_dump_json(), backend.schema, json.dumps(die_after_append)]


def main(settings_json: str, schema: str, die_after_append: str) -> None:
    """Run a relay until the process is killed, by the test or, optionally, by its first append."""
    settings = NotesSettings(**json.loads(settings_json))
    declare_notes(schema)
    log = open_log(settings)
    relay_log = KillingLog(log) if json.loads(die_after_append) else log
    relay = Relay(Database(settings.database, schema=schema), relay_log)  # type: ignore[arg-type]
    relay.run(Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
