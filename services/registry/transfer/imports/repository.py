"""The SELECT statements on imports."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.transfer.imports.models import Import
from shared.http.pagination import PageRequest, Slice, page


def import_(session: Session, import_id: UUID) -> Import | None:
    """Return the import with this id; None if it does not exist."""
    return session.get(Import, import_id)


def imports(session: Session, *, paging: PageRequest) -> Slice:
    """Return a page of imports, sorted by the time at which each was started."""
    return page(
        session,
        select(Import),
        paging=paging,
        order=[Import.id],
    )
