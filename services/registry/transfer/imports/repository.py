"""The SELECT statements on imports."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.transfer.imports.filters import ImportFilter
from services.registry.transfer.imports.models import Import, Rejection
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range


def import_(session: Session, import_id: UUID) -> Import | None:
    """Return the import with this id; None if it does not exist."""
    return session.get(Import, import_id)


IMPORTS = Listing(
    id=Import.id,
    sorts={"created_at": [Import.id]},
    default="-created_at",
    columns={"entity": Import.entity, "state": Import.state, "dry_run": Import.dry_run},
    ranges=[time_range("created", Import.created_at)],
    facets=("entity", "state", "dry_run"),
)
"""The list of imports; their ids grow with the time of creation."""


def imports(session: Session, filters: ImportFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the imports that the filters match."""
    return IMPORTS.page(session, select(Import), paging=paging, filters=filters)


REJECTIONS = Listing(sorts={"line": [Rejection.line]}, default="line")
"""The list of the rejected lines of an import."""


def rejections(session: Session, row: Import, *, paging: PageRequest) -> Slice:
    """Return a page of the rejected lines of an import."""
    statement = select(Rejection).where(Rejection.import_id == row.id)
    return REJECTIONS.page(session, statement, paging=paging)
