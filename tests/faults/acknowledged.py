"""The acknowledged writes, and the figures that the campaign computes from them by itself."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock

ZERO = Decimal(0)
MONEY_PER_POINT = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order."""

    product: str
    quantity: str
    price: str

    @property
    def amount(self) -> Decimal:
        return Decimal(self.quantity) * Decimal(self.price)


@dataclass(frozen=True, slots=True)
class Sale:
    """An order, or a return (with negative quantities); `name` is its external id."""

    name: str
    customer: str
    day: str
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def is_purchase(self) -> bool:
        return Decimal(self.lines[0].quantity) > 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to a survey, with its answer to each item: a value from 1 to 5."""

    id: str
    survey: str
    customer: str | None
    moment: str
    values: Mapping[str, int]

    @property
    def index(self) -> Decimal:
        """The mean of the item values, mapped from the scale 1 to 5 to 0 to 100."""
        return Decimal(sum(self.values.values()) - len(self.values)) * 25 / len(self.values)


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was accepted with 202: the location of its import, and its number of lines."""

    location: str
    lines: int


@dataclass(frozen=True, slots=True)
class ExpectedScore:
    """The figures that scoring has to compute for a customer; `days` are the purchase days."""

    revenue: Decimal = ZERO
    days: frozenset[str] = frozenset()
    satisfaction: Decimal | None = None
    facts: int = 0

    @property
    def points(self) -> Decimal:
        return self.revenue / MONEY_PER_POINT


_STORED_BY: Mapping[str, tuple[str, ...]] = {
    "registry": ("customers", "renames", "sales", "ids", "imports"),
    "survey": ("answers",),
    "scoring": (),
}
"""For each service, the attributes of AcknowledgedWrites with the writes that it stores."""


@dataclass(slots=True)
class AcknowledgedWrites:
    """All writes that the product has acknowledged to the campaign's clients.

    `renames` has the acknowledged names of each customer by version, `sales` the last acknowledged
    content of each order, and `ids` the id that the product gave to an order.
    """

    count: int = 0
    customers: set[str] = field(default_factory=set)
    renames: dict[str, dict[int, str]] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    poison: set[str] = field(default_factory=set)
    """The ids of the events that the campaign wrote and that cannot be applied."""
    _lock: Lock = field(default_factory=Lock)

    def add_customer(self, name: str) -> None:
        with self._lock:
            self.customers.add(name)
            self.count += 1

    def add_rename(self, name: str, version: int, new_name: str) -> None:
        """Add a new name of a customer, with the version under which it was acknowledged."""
        with self._lock:
            self.customers.add(name)
            self.renames.setdefault(name, {})[version] = new_name
            self.count += 1

    def add_sale(self, sale: Sale, order_id: str | None = None) -> None:
        """Add an order that was created (with its id) or changed (without)."""
        with self._lock:
            self.sales[sale.name] = sale
            self.count += 1
            if order_id:
                self.ids[sale.name] = order_id

    def add_answer(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)
            self.count += 1

    def add_import(
        self, accepted: Import, sales: Iterable[Sale] = (), customers: Iterable[str] = ()
    ) -> None:
        with self._lock:
            self.imports.append(accepted)
            self.sales.update({sale.name: sale for sale in sales})
            self.customers.update(customers)
            self.count += 1

    def add_refusal(self) -> None:
        """Count a request that the product refused, which it had to; it changed nothing."""
        with self._lock:
            self.count += 1

    def copy(self) -> "AcknowledgedWrites":
        """Return a copy of the writes that were acknowledged until now."""
        with self._lock:
            names = {name for names in _STORED_BY.values() for name in names}
            return AcknowledgedWrites(**{name: deepcopy(getattr(self, name)) for name in names})

    def forget(self, service: str, before: "AcknowledgedWrites") -> None:
        """Forget the writes that a service has acknowledged since `before`."""
        with self._lock:
            for name in _STORED_BY[service]:
                setattr(self, name, getattr(before, name))

    def expected_scores(self) -> dict[str, ExpectedScore]:
        """Compute the figures that scoring has to return for every customer, by external id."""
        revenue = dict.fromkeys(self.customers, ZERO)
        days: dict[str, set[str]] = {name: set() for name in self.customers}
        facts = dict.fromkeys(self.customers, 0)
        for sale in self.sales.values():
            revenue[sale.customer] += sale.amount
            facts[sale.customer] += 1
            if sale.is_purchase:
                days[sale.customer].add(sale.day)
        latest: dict[str, Answer] = {}
        for answer in sorted(self.answers, key=lambda answer: answer.moment):
            if answer.customer:
                latest[answer.customer] = answer
        return {
            name: ExpectedScore(
                revenue[name],
                frozenset(days[name]),
                latest[name].index if name in latest else None,
                facts[name],
            )
            for name in self.customers
        }
