"""Every SELECT on imports of answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.survey.fieldwork.imports.filters import AnswerImportFilter
from services.survey.fieldwork.imports.models import Import, Rejection
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range


def answer_import(session: Session, *, survey_id: UUID, import_id: UUID) -> Import | None:
    """Return the import with this id; None if the survey has no such import."""
    row = session.get(Import, import_id)
    return row if row and row.survey_id == survey_id else None


IMPORTS = Listing(
    id=Import.id,
    sorts={"created_at": [Import.id]},
    default="-created_at",
    columns={"wave": Import.wave, "state": Import.state, "dry_run": Import.dry_run},
    ranges=[time_range("created", Import.created_at)],
    facets=("wave", "state", "dry_run"),
)
"""The list of a survey's imports; their ids grow with the time of creation."""


def answer_imports(
    session: Session, filters: AnswerImportFilter, *, survey_id: UUID, paging: PageRequest
) -> Slice:
    """Return a page of the imports of a survey that the filters match."""
    statement = select(Import).where(Import.survey_id == survey_id)
    return IMPORTS.page(session, statement, paging=paging, filters=filters)


REJECTIONS = Listing(sorts={"line": [Rejection.line]}, default="line")
"""The list of the rejected lines of an import."""


def rejections(session: Session, row: Import, *, paging: PageRequest) -> Slice:
    """Return a page of the rejected lines of an import of answers."""
    of_import = select(Rejection).where(Rejection.import_id == row.id)
    return REJECTIONS.page(session, of_import, paging=paging)


def rejected_line_numbers(session: Session, import_id: UUID) -> set[int]:
    """Return the numbers of the rejected lines of an import."""
    statement = select(Rejection.line).where(Rejection.import_id == import_id)
    return set(session.scalars(statement))
