"""Use cases of imports: start. The work itself is in jobs.py."""

from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from services.registry.imports.columns import columns_of
from services.registry.imports.domain import Entity, Options
from services.registry.imports.models import Import
from shared.files.tables import read_table
from shared.imports.service import keep_file


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
    kept = keep_file(session, file_name=file_name, stream=stream, limit=limit, by=by)
    row = Import(
        **kept,
        entity=entity,
        options=_plain(options),
        mapping=mapping,
        dry_run=dry_run,
        header=header,
        ignored_columns=list(ignored),
        changed_at=kept["created_at"],
    )
    session.add(row)
    session.flush()
    return row


def _plain(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in Options.__slots__}
