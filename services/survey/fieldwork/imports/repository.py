"""Every SELECT on imports of answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.survey.fieldwork.imports.models import Import, Rejection
from shared.http.pagination import PageRequest, Slice, page


def answer_import(session: Session, *, survey_id: UUID, import_id: UUID) -> Import | None:
    """Return the import with this id; None if the survey has no such import."""
    row = session.get(Import, import_id)
    return row if row and row.survey_id == survey_id else None


def answer_imports(session: Session, *, survey_id: UUID, paging: PageRequest) -> Slice:
    """Return a page of a survey's imports, in the order of creation."""
    return page(
        session,
        select(Import).where(Import.survey_id == survey_id),
        paging=paging,
        order=[Import.id],
    )


def rejected_line_numbers(session: Session, import_id: UUID) -> set[int]:
    """Return the numbers of the rejected lines of an import."""
    statement = select(Rejection.line).where(Rejection.import_id == import_id)
    return set(session.scalars(statement))
