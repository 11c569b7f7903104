"""The SELECT statements on imports."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.transfer.imports.models import Import
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice


def import_(session: Session, import_id: UUID) -> Import | None:
    """Return the import with this id; None if it does not exist."""
    return session.get(Import, import_id)


IMPORTS = Listing(id=Import.id, orders={"created_at": [Import.id]}, default="-created_at")
"""The list of imports; their ids grow with the time of creation."""


def imports(session: Session, *, paging: PageRequest) -> Slice:
    """Return a page of imports."""
    return IMPORTS.page(session, select(Import), paging=paging)
