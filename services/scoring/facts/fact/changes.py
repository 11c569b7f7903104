"""The changes that a batch of events asks for, collected before any customer is locked.

Each noun whose events change scores has a table `EXTRACTORS` in its `handlers.py`: the class of an
event -> the function that extracts its changes. `worker.py` collects these tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import Fact
from services.scoring.models import Row
from shared.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class NewAmount:
    """Another amount and size of a stored fact; the index of an answer changes with its survey."""

    fact_id: UUID
    amount: Decimal
    size: int


@dataclass(slots=True)
class Changes:
    """The changes of one batch, empty at first.

    `facts` are those of new versions of orders and answers, `amounts` replace those of stored
    facts. `customers` holds newer rows of the projection by customer id. `touched` names the
    customers whose score may change although neither a new fact nor a new row is theirs.
    """

    facts: list[Fact] = field(default_factory=list)
    amounts: list[NewAmount] = field(default_factory=list)
    customers: dict[UUID, Row] = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)

    def add(self, other: "Changes") -> None:
        """Add the changes that the events of another noun ask for."""
        self.facts += other.facts
        self.amounts += other.amounts
        self.customers |= other.customers
        self.touched |= other.touched


Extractor: TypeAlias = Callable[[Session, Sequence[Any], ServiceSettings], Changes]
"""A function from all events of a batch that the table maps to it, to their changes."""

Extractors: TypeAlias = Mapping[type, Extractor]
