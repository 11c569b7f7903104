"""The command `snapshot`: publish every present state, and facts too, to a log that lost them."""

import time
from collections.abc import Generator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.backlog import read_backlog
from shared.bulk import any_of
from shared.database import Database
from shared.locks import exclusive_lock
from shared.messaging import outbox, relay
from shared.messaging.log import Log
from shared.publications import runs
from shared.publications.publication import Publication
from shared.publications.restored import ids_after, is_state

_MAX_UNPUBLISHED = 5_000
"""The command waits while more events than this are not published yet."""
_WAIT_SECONDS = 0.2


def snapshot(
    database: Database,
    event_log: Log,
    publications: Sequence[Publication],
    *,
    facts: bool,
    start_over: bool = False,
) -> Generator[dict[str, Any], None, None]:
    """Publish the present state of every row, with its version, and its fact if `facts` is True.

    Yields lines of progress. While no worker publishes, this command publishes the outbox itself.
    A run that was interrupted is continued, unless `start_over` is True; then the first line says
    so. Without `facts` it has the choice of facts that it began with. Raises SystemExit while
    `restored` is interrupted.
    """
    runs.refuse_unfinished(database)
    progress = runs.start_or_continue(
        database,
        runs.SNAPSHOT,
        phase="publish",
        options={"facts": facts or None},
        start_over=start_over,
    )
    with_facts = progress.options.get("facts", False)
    if progress.position:
        yield {"continued_after": dict(progress.position), "facts": with_facts}
    for publication in publications:
        n = 0
        while True:
            with database.transaction() as session:
                ids = ids_after(session, publication, progress.position.get(publication.noun))
                events = _locked_and_present(session, publication, ids) if ids else []
                chosen = [each for each in events if with_facts or is_state(each)]
                outbox.record_all(session, chosen)
                if ids:
                    progress.position[publication.noun] = str(ids[-1])
                    runs.store(session, progress)
            if not ids:
                break
            n += len(ids)
            yield {"noun": publication.noun, "records": n, "events": len(chosen)}
            _let_publish(database, event_log)
    _let_publish(database, event_log)  # also what an interrupted run had recorded
    runs.finish(database, progress)


def _locked_and_present(
    session: Session, publication: Publication, ids: Sequence[UUID]
) -> list[Any]:
    """Return the events of rows, which no other transaction changes before they are recorded.

    Otherwise a newer state could be recorded before an older one, and the last state wins.
    """
    rows = select(publication.id).where(any_of(session, publication.id, ids))
    session.execute(rows.order_by(publication.id).with_for_update())
    return publication.present(session, ids)


def _let_publish(database: Database, event_log: Log) -> None:
    """Wait until few events are unpublished; publish them here if no worker does."""
    while True:
        with exclusive_lock(database, "relay") as lock:
            if lock is not None:
                relay.publish_all(lock, event_log, source=database.schema)
                return
        with database.connection() as connection:
            if read_backlog(connection).depth <= _MAX_UNPUBLISHED:
                return
        time.sleep(_WAIT_SECONDS)
