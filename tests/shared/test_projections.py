"""What a service keeps of another's noun is what the highest version told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Uuid, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import projections
from shared.database import new_metadata
from tests.shared.backend import Backend

MEI, HUA = UUID(int=1), UUID(int=2)


class Model(DeclarativeBase):
    """A table of a service that exists in tests alone."""

    metadata = new_metadata()


class Person(Model):
    """A mirror."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int | None]
    name: Mapped[str | None]
    changed_at: Mapped[int | None]


@dataclass(frozen=True)
class Told:
    """An event."""

    id: UUID
    version: int
    name: str
    at: int = 1

    def row(self) -> Mapping[str, Any]:
        """Give the row."""
        return {"id": self.id, "version": self.version, "name": self.name, "changed_at": self.at}


@pytest.fixture(autouse=True)
def people(backend: Backend) -> None:
    """Make the table."""
    with backend.database.connection() as connection:
        Model.metadata.create_all(connection)


def followed(backend: Backend, *events: Told) -> set[UUID]:
    with backend.database.transaction() as session:
        return set(projections.apply_events(session, Person, events, Told.row))


def kept(backend: Backend) -> dict[UUID, tuple[int | None, str | None, int | None]]:
    with backend.database.reading() as session:
        return {
            row.id: (row.version, row.name, row.changed_at)
            for row in session.scalars(select(Person))
        }


def test_the_highest_version_of_a_batch_counts(backend: Backend) -> None:
    assert followed(backend, Told(MEI, 2, "new"), Told(HUA, 1, "Hua"), Told(MEI, 1, "old")) == {
        MEI,
        HUA,
    }
    assert kept(backend) == {MEI: (2, "new", 1), HUA: (1, "Hua", 1)}


def test_a_version_that_is_passed_changes_nothing(backend: Backend) -> None:
    followed(backend, Told(MEI, 2, "new"))
    assert followed(backend, Told(MEI, 1, "old", 2)) == set()
    assert kept(backend) == {MEI: (2, "new", 1)}


def test_an_equal_version_is_taken_once_more(backend: Backend) -> None:
    followed(backend, Told(MEI, 2, "as read before"))
    assert followed(backend, Told(MEI, 2, "as read now", 2)) == {MEI}
    assert kept(backend) == {MEI: (2, "as read now", 2)}


def test_what_says_the_same_again_is_no_change(backend: Backend) -> None:
    followed(backend, Told(MEI, 2, "Mei"))
    assert followed(backend, Told(MEI, 2, "Mei", 2)) == {MEI}
    assert kept(backend) == {MEI: (2, "Mei", 1)}


def test_who_is_held_before_anything_is_told_takes_any_version(backend: Backend) -> None:
    with backend.database.transaction() as session:
        held = projections.lock_rows(session, Person, {}, others=[MEI])
    assert held == {MEI: {"id": MEI, "version": None, "name": None, "changed_at": None}}
    assert followed(backend, Told(MEI, 1, "Mei")) == {MEI}
    assert kept(backend) == {MEI: (1, "Mei", 1)}
