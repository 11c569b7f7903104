"""The changes of facts and customers that a batch of events asks for.

The changes are collected for all events of a batch before any customer is locked. Every package
whose events change scores has a dict `EXTRACTORS` in its `handlers.py`: the dict maps the class of
an event to the function that extracts the changes from such events. `worker.py` merges these dicts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.fact.domain import Fact
from shared.contracts.registry.external_id import ExternalId
from shared.database import RowView
from shared.messaging.tombstones import WithdrawalReason
from shared.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class NewAmount:
    """The amount and the number of items (`size`) that replace those of a stored fact.

    If the satisfaction items of a survey change, the indices of its responses change. The index of
    a response is the amount of its fact, and the number of answered items is the `size` of its
    fact.
    """

    fact_id: UUID
    amount: Decimal
    size: int


@dataclass(slots=True)
class Changes:
    """The changes that one batch of events asks for.

    `facts` are the facts of new versions of orders and answers; `external_ids` are the ids of these
    orders in other systems, by order id. `new_amounts` replace the amounts of stored facts.
    `customer_rows` are new rows for the table of customers, by customer id. `withdrawn` has the ids
    of customers who are not on record any more, before these rows are stored, and why.
    `affected_ids` are the ids of further customers whose scores must be computed again, such as
    those who answered a survey whose items have changed.
    """

    facts: list[Fact] = field(default_factory=list)
    external_ids: dict[UUID, ExternalId] = field(default_factory=dict)
    new_amounts: list[NewAmount] = field(default_factory=list)
    customer_rows: dict[UUID, RowView] = field(default_factory=dict)
    withdrawn: dict[UUID, WithdrawalReason] = field(default_factory=dict)
    affected_ids: set[UUID] = field(default_factory=set)

    def add(self, other: "Changes") -> None:
        """Add the changes of `other` to this object."""
        self.facts += other.facts
        self.external_ids |= other.external_ids
        self.new_amounts += other.new_amounts
        self.customer_rows |= other.customer_rows
        self.withdrawn |= other.withdrawn
        self.affected_ids |= other.affected_ids


Extractor: TypeAlias = Callable[[Session, Sequence[Any], ServiceSettings], Changes]
"""A function that gets all events of a batch that are mapped to it, and returns their changes."""

Extractors: TypeAlias = Mapping[type, Extractor]
"""The extractor of each event class."""
