"""Use cases of imports: start. The work itself is in jobs.py."""

from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from services.registry.imports.columns import columns_of
from services.registry.imports.domain import Entity, Options
from services.registry.imports.models import Import
from shared import clock
from shared.files import store
from shared.files.tables import read_table
from shared.ids import new_id


def start_import(
    session: Session,
    *,
    entity: Entity,
    options: Options,
    mapping: dict[str, str],
    dry_run: bool,
    file_name: str,
    stream: BinaryIO,
    limit: int,
    by: str,
) -> Import:
    """Keep a file and queue its import; Invalid at once if its header will not do."""
    header = read_table(stream, encoding=options.encoding).header
    ignored = columns_of(entity, header, mapping, options).ignored
    stream.seek(0)
    import_id, moment = new_id(), clock.now()
    stored = store.keep(session, file_id=import_id, stream=stream, limit=limit)
    row = Import(
        id=import_id,
        entity=entity,
        options=_plain(options),
        mapping=mapping,
        dry_run=dry_run,
        file_name=file_name[:200],
        file_size=stored.size,
        sha256=stored.sha256,
        header=header,
        ignored_columns=list(ignored),
        created_by=by,
        created_at=moment,
        changed_at=moment,
    )
    session.add(row)
    session.flush()
    return row


def _plain(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in Options.__slots__}
