"""A publication: how the events of a noun are built again from the rows that are stored now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.contracts.catalogue import contract_of

Present: TypeAlias = Callable[[Session, Sequence[UUID]], list[Any]]
"""A function that returns the events, states and facts, that describe the rows with these ids."""
Withdraw: TypeAlias = Callable[[Session, str, Sequence[UUID]], None]
"""A function that removes what a noun stores about withdrawn records; the text is their noun."""


def _remove_nothing(_session: Session, _noun: str, _ids: Sequence[UUID]) -> None:
    """Remove nothing: the noun refers to no other noun, and is not erased."""


def _no_event(_event: Any) -> Any:
    """Return None: the noun has no fact that withdraws a record."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A noun with the classes of its events, and how they are built from its rows.

    `noun` is its name with that of the service, such as `registry.order`, and `classes` are the
    classes of its events. `id` is the column with the key of the events, `version` the column that
    every change raises, and `recorded_at` the column with the moment of the last change; without
    one, a row never equals a published event of its version.

    `present` returns the state and the fact of each row that has them, and nothing about what was
    withdrawn. `withdraw` is called with the ids of each noun whose records were erased; it removes
    the rows of this noun, if it is that noun, and what refers to the records of another noun.
    `gone` returns the fact which says that the record of a published fact does not exist any more,
    or None if that fact says so already.
    """

    noun: str
    classes: tuple[type, ...]
    id: InstrumentedAttribute[UUID]
    version: InstrumentedAttribute[int]
    recorded_at: InstrumentedAttribute[Any] | None = None
    present: Present
    withdraw: Withdraw = _remove_nothing
    gone: Callable[[Any], Any] = _no_event

    @property
    def state_class(self) -> type | None:
        """The class of the noun's states; None if the noun publishes facts only."""
        states = (each for each in self.classes if contract_of(each).compacted)
        return next(states, None)
