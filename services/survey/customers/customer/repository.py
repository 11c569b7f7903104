"""Every SELECT on the local copies of customers."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.survey.customers.customer.models import Customer, CustomerIdentity
from shared.row_access import Reader, Rows, visible_rows

Pair = tuple[str, str]
"""A system and the id it gives."""


def ids_visible_to(reader: Reader) -> Select[UUID] | None:
    """Select the ids of the customers that a reader may see; None stands for everything."""
    if reader.rows is Rows.ALL:
        return None
    return select(Customer.id).where(
        *visible_rows(reader, owner=Customer.owner, team=Customer.team)
    )


def ids_by_pair(session: Session, pairs: Iterable[Pair]) -> dict[Pair, UUID | None]:
    """Tell which customers these pairs mean; None is a pair that is only known by name."""
    kind, found = CustomerIdentity, {}
    for system, ids in by_system(pairs).items():
        wanted = select(kind.external_id, kind.customer_id).where(
            kind.system == system, kind.external_id.in_(ids)
        )
        for external_id, customer_id in session.execute(wanted):
            found[system, external_id] = customer_id
    return found


def may_be_named(session: Session, reader: Reader, named: UUID | Pair) -> bool:
    """Tell whether a reader may see the customer that this names; who sees all names anybody."""
    seen = ids_visible_to(reader)
    if seen is None:
        return True
    meant = named if isinstance(named, UUID) else ids_by_pair(session, [named]).get(named)
    return session.scalar(seen.where(Customer.id == meant)) is not None


def by_system(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """Part pairs by system: there are few, and a list of ids is found faster than one of pairs."""
    grouped: dict[str, list[str]] = {}
    for system, external_id in pairs:
        grouped.setdefault(system, []).append(external_id)
    return grouped
