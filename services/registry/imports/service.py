"""Use cases of imports: start. The work itself is in jobs.py."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from services.registry.imports.columns import columns_of
from services.registry.imports.domain import Entity, Options
from services.registry.imports.models import Import
from shared.files.tables import read_table
from shared.imports.service import Upload, keep_file


def start_import(
    session: Session,
    *,
    entity: Entity,
    options: Options,
    mapping: dict[str, str],
    dry_run: bool,
    upload: Upload,
) -> Import:
    """Keep a file and queue its import; Invalid at once if its header will not do."""
    header = read_table(upload.stream, encoding=options.encoding).header
    ignored = columns_of(entity, header, mapping, options).ignored
    kept = keep_file(session, upload)
    row = Import(
        **kept,
        entity=entity,
        options=asdict(options),
        mapping=mapping,
        dry_run=dry_run,
        header=header,
        ignored_columns=list(ignored),
        changed_at=kept["created_at"],
    )
    session.add(row)
    session.flush()
    return row
