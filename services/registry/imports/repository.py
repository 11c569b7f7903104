"""Every SELECT on imports."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.imports.models import Import, Rejection
from shared.http.pagination import PageRequest, Slice, page

_AT_ONCE = 1000


def import_(session: Session, import_id: UUID) -> Import | None:
    """Find an import."""
    return session.get(Import, import_id)


def imports(session: Session, *, paging: PageRequest) -> Slice:
    """List imports, newest first."""
    return page(
        session,
        select(Import),
        paging=paging,
        order=[Import.id.desc()],
        key=lambda row: [row.id],
        read=lambda key: [UUID(str(key[0]))],
    )


def rejections(session: Session, import_id: UUID) -> Iterator[Rejection]:
    """Give the rejected lines in the order of the file, some at a time."""
    after = 0
    while True:
        statement = select(Rejection).where(
            Rejection.import_id == import_id, Rejection.line > after
        )
        found = session.scalars(statement.order_by(Rejection.line).limit(_AT_ONCE)).all()
        if not found:
            return
        yield from found
        after = found[-1].line
        session.expunge_all()
