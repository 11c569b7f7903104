"""The command `snapshot`: publish every present state, and facts too, to a log that lost them."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from shared.backlog import read_backlog
from shared.contracts.catalogue import contract_of
from shared.database import Database
from shared.locks import exclusive_lock
from shared.messaging import outbox, relay
from shared.messaging.log import Log
from shared.publications import runs
from shared.publications.publication import Publication
from shared.publications.restored import ids_after

_MAX_UNPUBLISHED = 5_000
"""The command waits while more events than this are not published yet."""
_WAIT_SECONDS = 0.2


def snapshot(
    database: Database, event_log: Log, publications: Sequence[Publication], *, facts: bool
) -> Iterator[dict[str, Any]]:
    """Publish the present state of every row, with its version, and its fact if `facts` is True.

    Yields lines of progress. While no worker publishes, this command publishes the outbox itself.
    A run that was interrupted is continued, with the choice of facts that it began with.
    """
    progress = runs.start_or_continue(
        database, runs.SNAPSHOT, phase="publish", options={"facts": facts}
    )
    for publication in publications:
        n = 0
        while True:
            with database.transaction() as session:
                ids = ids_after(session, publication, progress.position.get(publication.noun))
                events = publication.present(session, ids) if ids else []
                chosen = [each for each in events if progress.options["facts"] or _is_state(each)]
                outbox.record_all(session, chosen)
                if ids:
                    progress.position[publication.noun] = str(ids[-1])
                    runs.store(session, progress)
            if not ids:
                break
            n += len(ids)
            yield {"noun": publication.noun, "records": n, "events": len(chosen)}
            _let_publish(database, event_log)
    runs.finish(database, progress)


def _is_state(event: Any) -> bool:
    """Return whether an event is a state."""
    return contract_of(type(event)).compacted


def _let_publish(database: Database, event_log: Log) -> None:
    """Wait until few events are unpublished; publish them here if no worker does."""
    while True:
        with exclusive_lock(database, "relay") as lock:
            if lock is not None:
                _publish_all(lock, event_log, source=database.schema)
                return
        with database.connection() as connection:
            if read_backlog(connection).depth <= _MAX_UNPUBLISHED:
                return
        time.sleep(_WAIT_SECONDS)


def _publish_all(lock: Connection, event_log: Log, *, source: str) -> None:
    """Publish every event of the outbox, as the relay does."""
    while rows := relay.oldest_unpublished(lock):
        relay.publish(lock, event_log, rows, source=source)
