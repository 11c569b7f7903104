"""Facts, orders and strategies for the tests of scoring, and the rules of docs/figures.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from services.scoring.facts.exchange_rate.domain import Rates
from services.scoring.facts.fact.domain import Fact, Horizon, Kind, chain, fact_id
from services.scoring.modelling.value_model.domain import (
    ClassRule,
    Rules,
    RungRule,
    SilenceRule,
    Take,
    Term,
)

START = date(2024, 1, 1)
"""Day 0 of the tests."""
LATER = Horizon(as_of=date(2030, 1, 1))
"""A horizon after all facts of the tests."""
YUAN = Rates("CNY", {})
"""Conversion into yuan without any rate."""
CUSTOMER = UUID(int=7)
"""The customer of all facts that name no other."""
FIRST = UUID(int=1)
"""The id of the first order."""

PURCHASES = Term(
    name="purchases",
    on=True,
    kinds=frozenset({"purchase", "return"}),
    take=Take.SUM,
    points_per_unit=Decimal("0.00001"),
    rule="1 point per 100 000, net of returns and discounts",
)
SATISFACTION = Term(
    name="satisfaction",
    on=False,
    kinds=frozenset({"answer"}),
    take=Take.LATEST,
    points_per_unit=Decimal("0.1"),
    rule="a tenth of the index of the latest answer",
)
SILENCE = SilenceRule(factor=Decimal(3), from_days=3, least=90, otherwise=365)
RUNGS = RungRule(repeat=2, client=4)
CLASSES = ClassRule(
    count=(Decimal("0.05"), Decimal("0.20")),
    value=(Decimal("0.70"), Decimal("0.90")),
    reference=(Decimal("0.50"), Decimal("0.30"), Decimal("0.20")),
    keep=Decimal("0.10"),
)
RULES = Rules(
    terms=(PURCHASES, SATISFACTION),
    silence=SILENCE,
    rungs=RUNGS,
    classes=CLASSES,
    ladder_months=12,
)


@dataclass(frozen=True, kw_only=True)
class Line:
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    order_id: UUID = FIRST
    version: int = 1
    recorded_at: datetime = datetime(2024, 1, 2, tzinfo=UTC)
    customer_id: UUID | None = CUSTOMER
    occurred_on: date = START
    currency: str = "CNY"
    lines: Sequence[Line] = field(default_factory=list)

    @property
    def ordered_at(self) -> datetime:
        return noon(self.occurred_on)


def noon(day: date) -> datetime:
    """Return noon of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def day(number: int) -> date:
    """Return the day so many days after day 0."""
    return START + timedelta(days=number)


def line(quantity: str, price: str, *, discount: str = "0", cost: str | None = None) -> Line:
    return Line(
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount=Decimal(discount),
        unit_cost=None if cost is None else Decimal(cost),
    )


def fact(
    amount: str | Decimal,
    *,
    on: int = 0,
    kind: Kind = Kind.PURCHASE,
    currency: str | None = "CNY",
    source: int = 1,
    cost: str | None = None,
    size: int = 1,
) -> Fact:
    return Fact(
        fact_id=fact_id(UUID(int=source), 1, kind),
        source_id=UUID(int=source),
        version=1,
        kind=kind.value,
        customer_id=CUSTOMER,
        named_customer_id=CUSTOMER,
        occurred_at=noon(day(on)),
        occurred_on=day(on),
        recorded_at=noon(day(on)),
        superseded_at=None,
        amount=Decimal(amount),
        currency=currency,
        cost=None if cost is None else Decimal(cost),
        size=size,
    )


def answer(index: str, *, on: int = 0, source: int = 1, n: int = 4) -> Fact:
    return fact(index, on=on, kind=Kind.ANSWER, currency=None, source=source, size=n)


def chained(versions: Sequence[Fact]) -> list[Fact]:
    """Return the facts of several sources, the versions of each source chained on their own."""
    sources: dict[UUID, list[Fact]] = {}
    for each in versions:
        sources.setdefault(each.source_id, []).append(each)
    return [each for facts in sources.values() for each in chain(facts)]


amounts = st.decimals(min_value="-99999999", max_value="99999999", places=4)
prices = st.decimals(min_value=0, max_value="999999", places=4)
quantities = st.decimals(min_value="-9999", max_value="9999", places=3).filter(bool)
lines = st.builds(
    Line,
    quantity=quantities,
    unit_price=prices,
    discount=st.decimals(min_value=0, max_value=99, places=2),
    unit_cost=st.none() | prices,
)
orders = st.builds(
    Order,
    order_id=st.integers(1, 4).map(lambda number: UUID(int=number)),
    version=st.integers(1, 4),
    customer_id=st.sampled_from([None, CUSTOMER, UUID(int=8)]),
    occurred_on=st.integers(0, 900).map(day),
    currency=st.sampled_from(["CNY", "CNY", "EUR", "USD"]),
    lines=st.lists(lines, min_size=1, max_size=4),
)
facts = st.lists(
    st.builds(
        fact,
        amounts,
        on=st.integers(0, 900),
        kind=st.sampled_from([Kind.PURCHASE, Kind.RETURN]),
        currency=st.sampled_from(["CNY", "EUR", "USD"]),
        source=st.integers(1, 10**6),
    )
    | st.builds(
        lambda index, on, source: answer(str(index), on=on, source=source),
        st.decimals(min_value=0, max_value=100, places=10),
        st.integers(0, 900),
        st.integers(1, 10**6),
    ),
    max_size=12,
    unique_by=lambda each: each.fact_id,
)


def euros(rates: Mapping[int, str]) -> Rates:
    """Return rates of the euro in yuan by number of the day."""
    return Rates("CNY", {("EUR", day(on)): Decimal(rate) for on, rate in rates.items()})
