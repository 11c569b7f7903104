"""A relay in a process of its own, which a test may kill."""

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


class Killed:
    """A log that kills its process once the records are written and before anybody knows."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def append(self, records: Sequence[Record]) -> None:
        self._log.append(records)
        os.kill(os.getpid(), signal.SIGKILL)


def arguments(backend: Backend, *, die: bool) -> list[str]:
    """Write for the command line where the process is to work."""
    return [backend.settings.model_dump_json(), backend.schema, json.dumps(die)]


def main(settings_json: str, schema: str, die: str) -> None:
    """Relay until killed."""
    settings = NotesSettings(**json.loads(settings_json))
    declare_notes(schema)
    log = open_log(settings)
    publishing = Killed(log) if json.loads(die) else log
    relay = Relay(Database(settings.database, schema=schema), publishing)  # type: ignore[arg-type]
    relay.run(Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
