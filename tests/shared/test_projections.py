"""A projection stores the highest version of each record, whatever the order of its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Uuid, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import projections
from shared.database import new_metadata
from shared.messaging.tombstones import Tombstone, WithdrawalReason
from tests.shared.backend import Backend

MEI, HUA = UUID(int=1), UUID(int=2)


class Model(DeclarativeBase):
    """The base class of the table of these tests."""

    metadata = new_metadata()


class Person(Model):
    """The table of a projection of people."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    name: Mapped[str | None]
    changed_at: Mapped[int | None]


@dataclass(frozen=True)
class PersonChanged:
    """An event with a new version of the record of a person; `at` is the time of the change."""

    id: UUID
    version: int
    name: str
    at: int = 1

    def row(self) -> Mapping[str, Any]:
        """Return the row of the projection for this event."""
        return {"id": self.id, "version": self.version, "name": self.name, "changed_at": self.at}


@pytest.fixture(autouse=True)
def people(backend: Backend) -> None:
    """Create the table of the projection."""
    with backend.database.connection() as connection:
        Model.metadata.create_all(connection)


def apply_events(backend: Backend, *events: PersonChanged | Tombstone) -> set[UUID]:
    """Apply events; return the ids of the people whose stored version was not a higher one."""
    with backend.database.transaction() as session:
        return set(projections.apply_events(session, Person, events, PersonChanged.row))


def stored_rows(backend: Backend) -> dict[UUID, tuple[int | None, str | None, int | None]]:
    """Return the stored version, name and time of change of each person."""
    with backend.database.reading() as session:
        return {
            row.id: (row.version, row.name, row.changed_at)
            for row in session.scalars(select(Person))
        }


def test_the_highest_version_of_a_batch_is_stored(backend: Backend) -> None:
    assert apply_events(
        backend,
        PersonChanged(MEI, 2, "new"),
        PersonChanged(HUA, 1, "Hua"),
        PersonChanged(MEI, 1, "old"),
    ) == {
        MEI,
        HUA,
    }
    assert stored_rows(backend) == {MEI: (2, "new", 1), HUA: (1, "Hua", 1)}


def test_a_version_lower_than_the_stored_one_changes_nothing(backend: Backend) -> None:
    apply_events(backend, PersonChanged(MEI, 2, "new"))
    assert apply_events(backend, PersonChanged(MEI, 1, "old", at=2)) == set()
    assert stored_rows(backend) == {MEI: (2, "new", 1)}


def test_an_event_with_the_stored_version_replaces_the_stored_values(backend: Backend) -> None:
    """A newer release may read more fields of an event that an older release has applied."""
    apply_events(backend, PersonChanged(MEI, 2, "as read before"))
    assert apply_events(backend, PersonChanged(MEI, 2, "as read now", at=2)) == {MEI}
    assert stored_rows(backend) == {MEI: (2, "as read now", 2)}


def test_an_event_with_the_stored_values_does_not_change_the_stored_time_of_change(
    backend: Backend,
) -> None:
    apply_events(backend, PersonChanged(MEI, 2, "Mei"))
    assert apply_events(backend, PersonChanged(MEI, 2, "Mei", 2)) == {MEI}
    assert stored_rows(backend) == {MEI: (2, "Mei", 1)}


def test_a_row_that_was_locked_before_its_first_event_accepts_any_version(backend: Backend) -> None:
    with backend.database.transaction() as session:
        locked = projections.lock_rows(session, Person, {}, other_ids=[MEI])
    assert locked == {MEI: {"id": MEI, "version": None, "name": None, "changed_at": None}}
    assert apply_events(backend, PersonChanged(MEI, 1, "Mei")) == {MEI}
    assert stored_rows(backend) == {MEI: (1, "Mei", 1)}


def withdrawn(id_: UUID) -> Tombstone:
    """Return the tombstone of a person."""
    return Tombstone(PersonChanged, str(id_), WithdrawalReason.RESTORED)


def test_a_tombstone_removes_the_row_and_a_later_state_is_stored_whatever_its_version(
    backend: Backend,
) -> None:
    apply_events(backend, PersonChanged(MEI, 7, "Mei"), PersonChanged(HUA, 7, "Hua"))
    apply_events(backend, withdrawn(MEI))
    assert stored_rows(backend).keys() == {HUA}
    apply_events(backend, PersonChanged(MEI, 1, "Mei again"))
    assert stored_rows(backend)[MEI][:2] == (1, "Mei again")


def test_the_order_of_a_batch_decides_what_a_tombstone_removes(backend: Backend) -> None:
    apply_events(backend, PersonChanged(MEI, 7, "Mei"), PersonChanged(HUA, 7, "Hua"))
    before, after = PersonChanged(MEI, 8, "before"), PersonChanged(MEI, 2, "after")
    apply_events(backend, before, withdrawn(MEI), after, PersonChanged(HUA, 8, ""), withdrawn(HUA))
    assert {id_: row[:2] for id_, row in stored_rows(backend).items()} == {MEI: (2, "after")}
