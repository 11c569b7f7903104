"""Use cases of imports: start. The work itself is in job.py."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from services.registry.transfer.imports.columns import layout_of
from services.registry.transfer.imports.domain import Entity, Options
from services.registry.transfer.imports.models import Import
from shared.files.tables import read_table
from shared.imports.service import Upload, store_file

UNKNOWN = "No import has this id."


def start_import(session: Session, *, entity: Entity, options: Options, upload: Upload) -> Import:
    """Keep a file and queue its import; Invalid at once if its header will not do."""
    header = read_table(upload.stream, encoding=options.encoding).header
    layout = layout_of(entity, header, upload.mapping, options.timezone)
    kept = store_file(session, upload, layout.columns)
    row = Import(**kept, entity=entity, options=asdict(options), changed_at=kept["created_at"])
    session.add(row)
    session.flush()
    return row
