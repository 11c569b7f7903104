"""Every SELECT on imports of answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.survey.fieldwork.imports.models import Import, Rejection
from shared.http.pagination import PageRequest, Slice, page


def answer_import(session: Session, *, survey_id: UUID, import_id: UUID) -> Import | None:
    """Return the import of a survey with this id, or None."""
    found = session.get(Import, import_id)
    return found if found and found.survey_id == survey_id else None


def answer_imports(session: Session, *, survey_id: UUID, paging: PageRequest) -> Slice:
    """Return a page of the imports of a survey in the order of their creation."""
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
