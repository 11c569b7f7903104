"""What was acknowledged, and what follows from it by the campaign's own arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock

ZERO = Decimal(0)
MONEY_OF_A_POINT = 100_000


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
    """What an order or return says: the last one that was acknowledged counts."""

    name: str
    customer: str
    day: str
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def bought(self) -> bool:
        return Decimal(self.lines[0].quantity) > 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a survey: what was given on each item, from 1 to 5."""

    id: str
    survey: str
    customer: str | None
    moment: str
    given: Mapping[str, int]

    @property
    def index(self) -> Decimal:
        """The mean of the items, each put on 0 to 100."""
        return Decimal(sum(self.given.values()) - len(self.given)) * 25 / len(self.given)


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was taken in: where to read of it, and what has to become of its lines."""

    place: str
    lines: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What scoring has to say of a customer."""

    revenue: Decimal = ZERO
    days: frozenset[str] = frozenset()
    satisfaction: Decimal | None = None
    facts: int = 0

    @property
    def points(self) -> Decimal:
        return self.revenue / MONEY_OF_A_POINT


@dataclass(slots=True)
class Book:
    """The writes that clients know to be done."""

    writes: int = 0
    customers: set[str] = field(default_factory=set)
    named: dict[str, dict[int, str]] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    poisoned: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def customer(self, name: str) -> None:
        with self._lock:
            self.customers.add(name)
            self.writes += 1

    def naming(self, name: str, version: int, said: str) -> None:
        """Note as which version of a customer a name was acknowledged."""
        with self._lock:
            self.customers.add(name)
            self.named.setdefault(name, {})[version] = said
            self.writes += 1

    def sale(self, sale: Sale, order_id: str | None = None) -> None:
        with self._lock:
            self.sales[sale.name] = sale
            self.writes += 1
            if order_id:
                self.ids[sale.name] = order_id

    def answer(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)
            self.writes += 1

    def file(self, done: Import, sales: Iterable[Sale] = (), customers: Iterable[str] = ()) -> None:
        with self._lock:
            self.imports.append(done)
            self.sales.update({sale.name: sale for sale in sales})
            self.customers.update(customers)
            self.writes += 1

    def refusal(self) -> None:
        """Note that something was refused, as it has to be: nothing follows from it."""
        with self._lock:
            self.writes += 1

    def figures(self) -> dict[str, Figures]:
        """Work out what scoring has to say of every customer."""
        revenue = dict.fromkeys(self.customers, ZERO)
        days: dict[str, set[str]] = {name: set() for name in self.customers}
        facts = dict.fromkeys(self.customers, 0)
        for sale in self.sales.values():
            revenue[sale.customer] += sale.amount
            facts[sale.customer] += 1
            if sale.bought:
                days[sale.customer].add(sale.day)
        latest: dict[str, Answer] = {}
        for answer in sorted(self.answers, key=lambda answer: answer.moment):
            if answer.customer:
                latest[answer.customer] = answer
        return {
            name: Figures(
                revenue[name],
                frozenset(days[name]),
                latest[name].index if name in latest else None,
                facts[name],
            )
            for name in self.customers
        }
