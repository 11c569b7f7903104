"""Facts (事实): purchases, returns and answers of customers.

A score is a pure function of facts. Facts are never deleted: a new version of an order or answer
supersedes the facts of the previous version.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID, uuid5

from shared.money import exact_arithmetic


class FactKind(StrEnum):
    """The kind of a fact: bought lines of an order, returned lines, or an answer to a survey."""

    PURCHASE = "purchase"
    RETURN = "return"
    ANSWER = "answer"


class Fact(NamedTuple):
    """A purchase, a return or an answer of a customer, from one version of an order or response.

    `source_id` is the id of the order or response. `amount` is money in `currency`; the fact of an
    answer has no currency, and its amount is the satisfaction index from 0 to 100. `size` is the
    number of order lines or of answered items. `customer_id` is the customer to whom the fact
    belongs now, and `named_customer_id` the customer whom this version named: they differ if a
    later version named the customer of an anonymous purchase. `superseded_at` is when the next
    version was recorded, None for the newest version. `cost` is None if any line has no unit cost.
    (A named tuple, because thousands of facts are read to compute scores.)
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
    """A line of an order; `quantity` is negative for a returned item.

    `discount` reduces the amount that the customer pays, or is paid back for a returned item.
    `unit_cost` is what one unit cost the company, None if the order does not state that.
    """

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def unit_cost(self) -> Decimal | None: ...


class Order(Protocol):
    """A version of an order with all its lines."""

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
    def currency(self) -> str:
        """The ISO 4217 code of the currency of all amounts in the order."""

    @property
    def lines(self) -> Sequence[Line]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """Limits in time that say which facts a figure includes.

    A fact is included if it happened by the end of the local day `as_of`, and by the moment `until`
    if there is one. If an order or answer has several versions, the facts of the version that was
    the newest at the moment `known_by` are included; without `known_by`, of the newest version now.
    """

    as_of: date
    until: datetime | None = None
    known_by: datetime | None = None

    def includes(self, fact: Fact) -> bool:
        """Return whether the fact is within these limits and belongs to the version in force."""
        if fact.occurred_on > self.as_of or (self.until and fact.occurred_at > self.until):
            return False
        if self.known_by is None:
            return fact.superseded_at is None
        superseded = fact.superseded_at is not None and fact.superseded_at <= self.known_by
        return fact.recorded_at <= self.known_by and not superseded


def facts_of(order: Order) -> list[Fact]:
    """Return the facts of one version of an order: a purchase, a return, or both.

    The purchase has the lines with a positive quantity, also those at a price of 0; the return has
    the lines with a negative quantity. If there are neither, the result is a return without lines,
    so that this version still supersedes the facts of the previous version.
    """
    with exact_arithmetic():
        bought = [line for line in order.lines if line.quantity > 0]
        returned = [line for line in order.lines if line.quantity < 0]
        return [
            _fact(order, kind, lines)
            for kind, lines in ((FactKind.PURCHASE, bought), (FactKind.RETURN, returned))
            if lines or (kind is FactKind.RETURN and not bought)
        ]


def _fact(order: Order, kind: FactKind, lines: Sequence[Line]) -> Fact:
    """Return the purchase or the return with these lines of an order.

    Both customer ids are the customer whom this version names; `link_versions` may replace
    `customer_id` later, if this version is anonymous.
    """
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


def fact_id(source_id: UUID, version: int, kind: FactKind) -> UUID:
    """Return the id of a fact: the same whenever the same event is processed again."""
    return uuid5(source_id, f"{version}/{kind.value}")


def _amount(line: Line) -> Decimal:
    """Return the price of a line less its discount, negative for a returned line."""
    full = line.quantity * line.unit_price
    return full - line.discount if line.quantity > 0 else full + line.discount


def _cost(lines: Iterable[Line]) -> Decimal | None:
    """Return the total cost of the lines, or None if any of them has no unit cost."""
    total = Decimal(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        total += line.quantity * line.unit_cost
    return total


def link_versions(facts: Iterable[Fact]) -> list[Fact]:
    """Set `customer_id` and `superseded_at` in all facts of one order or answer.

    Return the facts in ascending order of version; they may be passed in any order. A version is
    superseded at the moment at which the next version was recorded. If a version is anonymous, its
    facts belong to the customer named by the next version that names one, if there is any.
    """
    linked: list[Fact] = []
    customer_id: UUID | None = None
    version, recorded_at, superseded_at = None, None, None
    for fact in sorted(facts, key=_latest_first):
        if fact.version != version:
            superseded_at = recorded_at
            version, recorded_at = fact.version, fact.recorded_at
        customer_id = fact.named_customer_id or customer_id
        linked.append(fact._replace(customer_id=customer_id, superseded_at=superseded_at))
    return linked[::-1]


def _latest_first(fact: Fact) -> tuple[int, str]:
    """Return a sort key that puts the highest version first."""
    return (-fact.version, fact.kind)
