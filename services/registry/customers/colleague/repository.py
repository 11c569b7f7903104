"""The SELECT statements on colleagues; every caller may know their names."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from services.registry.customers.colleague.domain import Known
from services.registry.customers.colleague.models import Colleague
from shared.bulk import any_of


def names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Return the names of the users and teams with these ids; unknown ids are left out."""
    statement = select(Colleague.id, Colleague.name)
    rows = session.execute(statement.where(any_of(session, Colleague.id, ids)))
    return {row.id: row.name for row in rows}


def known(session: Session, *, ids: Collection[str], search_names: Collection[str]) -> list[Known]:
    """Return the users and teams that have one of these ids or one of these search names."""
    conditions = [
        any_of(session, column, values)
        for column, values in ((Colleague.id, ids), (Colleague.search_name, search_names))
        if values
    ]
    columns = (Colleague.id, Colleague.kind, Colleague.name, Colleague.active)
    rows: Iterable[Any] = session.execute(select(*columns).where(or_(false(), *conditions)))
    return [Known(*row) for row in rows]
