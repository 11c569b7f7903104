"""Builders and random strategies of orders and facts, and the rules of the default value model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from services.scoring.facts.exchange_rate.domain import ExchangeRates
from services.scoring.facts.fact.domain import Cutoff, Fact, FactKind, fact_id, link_versions
from services.scoring.modelling.value_model.domain import (
    ClassRule,
    Rules,
    RungRule,
    SilenceRule,
    Take,
    Term,
)

START = date(2024, 1, 1)
"""The date of day 0; tests count days from here."""
AFTER_ALL_FACTS = Cutoff(as_of=date(2030, 1, 1))
"""A cutoff that includes all facts of the tests."""
NO_RATES = ExchangeRates("CNY", {})
"""Exchange rates into yuan, of which none is known: only yuan can be converted."""
CUSTOMER_ID = UUID(int=7)
"""The id of the customer of facts and orders for which a test names no customer."""
ORDER_ID = UUID(int=1)
"""The id of orders for which a test names no id."""

PURCHASES = Term(
    name="purchases",
    is_on=True,
    kinds=frozenset({"purchase", "return"}),
    take=Take.SUM,
    points_per_unit=Decimal("0.00001"),
    rule="1 point per 100 000, net of returns and discounts",
)
SATISFACTION = Term(
    name="satisfaction",
    is_on=False,
    kinds=frozenset({"answer"}),
    take=Take.LATEST,
    points_per_unit=Decimal("0.1"),
    rule="a tenth of the index of the latest answer",
)
SILENCE = SilenceRule(gap_factor=Decimal(3), min_purchase_days=3, min_days=90, default_days=365)
RUNGS = RungRule(repeat=2, client=4)
CLASSES = ClassRule(
    count_limits=(Decimal("0.05"), Decimal("0.20")),
    value_limits=(Decimal("0.70"), Decimal("0.90")),
    reference_shares=(Decimal("0.50"), Decimal("0.30"), Decimal("0.20")),
    margin=Decimal("0.10"),
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
    """A line of an order, as `domain.Line` describes it."""

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A version of an order, as `domain.Order` describes it, with default values for tests."""

    order_id: UUID = ORDER_ID
    version: int = 1
    recorded_at: datetime = datetime(2024, 1, 2, tzinfo=UTC)
    customer_id: UUID | None = CUSTOMER_ID
    occurred_on: date = START
    currency: str = "CNY"
    lines: Sequence[Line] = field(default_factory=list)

    @property
    def ordered_at(self) -> datetime:
        return noon(self.occurred_on)


def noon(day: date) -> datetime:
    """Return noon of a day in Shanghai, as UTC."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def day(number: int) -> date:
    """Return the date `number` days after day 0."""
    return START + timedelta(days=number)


def line(quantity: str, price: str, *, discount: str = "0", cost: str | None = None) -> Line:
    """Return an order line; without `cost` its unit cost is unknown."""
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
    kind: FactKind = FactKind.PURCHASE,
    currency: str | None = "CNY",
    source: int = 1,
    cost: str | None = None,
    size: int = 1,
) -> Fact:
    """Return a fact of day `on`, by default a purchase; `source` is the number of its order."""
    return Fact(
        fact_id=fact_id(UUID(int=source), 1, kind),
        source_id=UUID(int=source),
        version=1,
        kind=kind.value,
        customer_id=CUSTOMER_ID,
        named_customer_id=CUSTOMER_ID,
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
    """Return the fact of a response with this index, computed from `n` items, on day `on`."""
    return fact(index, on=on, kind=FactKind.ANSWER, currency=None, source=source, size=n)


def linked(facts: Sequence[Fact]) -> list[Fact]:
    """Apply `link_versions` to the facts of each order or response."""
    sources: dict[UUID, list[Fact]] = {}
    for each in facts:
        sources.setdefault(each.source_id, []).append(each)
    return [each for versions in sources.values() for each in link_versions(versions)]


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
    customer_id=st.sampled_from([None, CUSTOMER_ID, UUID(int=8)]),
    occurred_on=st.integers(0, 900).map(day),
    currency=st.sampled_from(["CNY", "CNY", "EUR", "USD"]),
    lines=st.lists(lines, min_size=1, max_size=4),
)
facts = st.lists(
    st.builds(
        fact,
        amounts,
        on=st.integers(0, 900),
        kind=st.sampled_from([FactKind.PURCHASE, FactKind.RETURN]),
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


def euro_rates(rates: Mapping[int, str]) -> ExchangeRates:
    """Return exchange rates from euro to yuan; `rates` is by number of the day."""
    return ExchangeRates("CNY", {("EUR", day(on)): Decimal(rate) for on, rate in rates.items()})
