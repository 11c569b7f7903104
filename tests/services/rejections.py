"""Rejected lines of imports, for tests in which no worker runs the imports."""

from sqlalchemy import insert, select

from services.registry.transfer.imports import models as registry
from services.survey.fieldwork.imports import models as survey
from shared.database import Database
from shared.errors import Fault
from shared.faults import REQUIRED
from shared.files.tables import Line
from shared.imports.columns import Columns
from shared.imports.models import ImportColumns, RejectionColumns
from shared.imports.service import rejection_row

_TABLES: dict[str, tuple[type[ImportColumns], type[RejectionColumns]]] = {
    "registry": (registry.Import, registry.Rejection),
    "survey": (survey.Import, survey.Rejection),
}


def reject_lines(service: str, database: Database) -> None:
    """Store two rejected lines of every import of a service, as its worker does."""
    if service not in _TABLES:
        return
    imports, rejections = _TABLES[service]
    with database.transaction() as session:
        for row in session.scalars(select(imports)).all():
            columns = Columns(row.header, {})
            lines = (Line(number, row.header) for number in (2, 3))
            rows = [rejection_row(row, columns, line, [Fault("", REQUIRED)]) for line in lines]
            session.execute(insert(rejections), rows)
