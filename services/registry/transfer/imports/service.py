"""The use case of imports: store a file and queue the job that imports it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.registry.transfer.imports.models import Import
from services.registry.transfer.imports.specs import layout_of
from shared.imports.lanes import read_outline
from shared.imports.service import Upload, store_file

UNKNOWN = "No import has this id."


def start_import(
    session: Session, *, entity: str, options: Mapping[str, Any], upload: Upload
) -> Import:
    """Store a file and queue its import; raise Invalid if its header does not fit the entity."""
    outline = read_outline(upload.stream, encoding=options["encoding"])
    layout = layout_of(entity, outline.header, upload.mapping, options)
    stored = store_file(session, upload, layout.columns, outline)
    row = Import(**stored, entity=entity, options=dict(options), changed_at=stored["created_at"])
    session.add(row)
    session.flush()
    return row
