"""Facts (事实): what happened with a customer, append-only; a score is a pure function of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID, uuid5

from shared.money import exact_arithmetic


class Kind(StrEnum):
    """The kind of a fact."""

    PURCHASE = "purchase"
    RETURN = "return"
    ANSWER = "answer"


class Fact(NamedTuple):
    """One fact of one version of its source, an order or answer (a tuple: scores read thousands).

    `amount` is money in `currency`; of an answer, which has no currency, it is the satisfaction
    index from 0 to 100. `size` counts the order lines, or the items that were answered.
    `customer_id` is the customer whose fact it is now, `named_customer_id` the one that this
    version named: they differ once an anonymous purchase has been claimed. `cost` is None if any
    line has none.
    """

    fact_id: UUID
    source_id: UUID
    version: int
    kind: str
    customer_id: UUID | None
    named_customer_id: UUID | None
    occurred_at: datetime
    occurred_on: date
    recorded_at: datetime
    superseded_at: datetime | None
    amount: Decimal
    currency: str | None
    cost: Decimal | None
    size: int


class Line(Protocol):
    """One line of an order: quantity is negative for a return, the discount lowers what is paid."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def unit_cost(self) -> Decimal | None: ...


class Order(Protocol):
    """One version of an order with all its lines."""

    @property
    def order_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def customer_id(self) -> UUID | None: ...
    @property
    def ordered_at(self) -> datetime: ...
    @property
    def occurred_on(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def lines(self) -> Sequence[Line]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Which facts count: those that had happened by `as_of`, as they were known at `known_by`.

    `as_of` is a local day and includes all of it; `until` narrows it to a moment of that day.
    Without `known_by` the facts count as they are known now.
    """

    as_of: date
    until: datetime | None = None
    known_by: datetime | None = None

    def sees(self, fact: Fact) -> bool:
        """Return whether a fact had happened and no later version of its source replaced it."""
        if fact.occurred_on > self.as_of or (self.until and fact.occurred_at > self.until):
            return False
        if self.known_by is None:
            return fact.superseded_at is None
        replaced = fact.superseded_at is not None and fact.superseded_at <= self.known_by
        return fact.recorded_at <= self.known_by and not replaced


def facts_of(order: Order) -> list[Fact]:
    """Return the purchase and the return fact of one version of an order; either may be missing.

    Lines with a positive quantity were bought (a price of 0 counts), negative ones came back. An
    order without either gives an empty return fact, so that it too supersedes the version before.
    """
    with exact_arithmetic():
        bought = [line for line in order.lines if line.quantity > 0]
        returned = [line for line in order.lines if line.quantity < 0]
        return [
            _fact(order, kind, lines)
            for kind, lines in ((Kind.PURCHASE, bought), (Kind.RETURN, returned))
            if lines or (kind is Kind.RETURN and not bought)
        ]


def _fact(order: Order, kind: Kind, lines: Sequence[Line]) -> Fact:
    return Fact(
        fact_id=fact_id(order.order_id, order.version, kind),
        source_id=order.order_id,
        version=order.version,
        kind=kind.value,
        customer_id=order.customer_id,
        named_customer_id=order.customer_id,
        occurred_at=order.ordered_at,
        occurred_on=order.occurred_on,
        recorded_at=order.recorded_at,
        superseded_at=None,
        amount=sum((_amount(line) for line in lines), Decimal(0)),
        currency=order.currency,
        cost=_cost(lines),
        size=len(lines),
    )


def fact_id(source_id: UUID, version: int, kind: Kind) -> UUID:
    """Return the id of a fact, derived from its source so that a rebuild gives it the same id."""
    return uuid5(source_id, f"{version}/{kind.value}")


def _amount(line: Line) -> Decimal:
    full = line.quantity * line.unit_price
    return full - line.discount if line.quantity > 0 else full + line.discount


def _cost(lines: Iterable[Line]) -> Decimal | None:
    total = Decimal(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        total += line.quantity * line.unit_cost
    return total


def chain(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts of one source by version, each superseded by the next, in any order given.

    A version is superseded when the next one was recorded. A version that names a customer claims
    the anonymous versions before it: they count as if they had always named that customer.
    """
    chained: list[Fact] = []
    customer_id: UUID | None = None
    version, recorded_at, superseded_at = None, None, None
    for fact in sorted(facts, key=_latest_first):
        if fact.version != version:
            superseded_at = recorded_at
            version, recorded_at = fact.version, fact.recorded_at
        customer_id = fact.named_customer_id or customer_id
        chained.append(fact._replace(customer_id=customer_id, superseded_at=superseded_at))
    return chained[::-1]


def _latest_first(fact: Fact) -> tuple[int, str]:
    return (-fact.version, fact.kind)
