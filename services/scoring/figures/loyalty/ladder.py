"""The loyalty ladder (忠诚度阶梯): customers and revenue by rung, and moves between two dates.

Drawn as one chart, it is the distribution of customers and revenue (收入客户分布图).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.scoring.figures.loyalty.domain import Rung
from shared.money import exact_arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rung of a customer on a date, and their net revenue in the months up to it."""

    rung: Rung
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRow:
    """One rung with the number of its customers (its width) and their revenue (its height)."""

    rung: Rung
    customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The customers who went from one rung to another; those who stayed have a move to the same."""

    start: Rung
    end: Rung
    customers: int
    revenue: Decimal


def ladder(standings: Iterable[Standing]) -> tuple[RungRow, ...]:
    """Return every rung, lowest first, with the number of its customers and their revenue."""
    with exact_arithmetic():
        grouped: dict[Rung, list[Decimal]] = {rung: [] for rung in Rung}
        for standing in standings:
            grouped[standing.rung].append(standing.revenue)
        return tuple(
            RungRow(rung=rung, customers=len(each), revenue=sum(each, Decimal(0)))
            for rung, each in grouped.items()
        )


def total_revenue(rungs: Iterable[RungRow]) -> Decimal:
    """Return the revenue of all rungs together."""
    with exact_arithmetic():
        return sum((row.revenue for row in rungs), Decimal(0))


def moves(before: Mapping[UUID, Standing], after: Mapping[UUID, Standing]) -> tuple[Move, ...]:
    """Return the moves between the standings of two dates of the same customers, in order of rungs.

    Revenue is that of the later date. So the moves to a rung sum to its customers and revenue in
    the later ladder, the moves from a rung to its customers in the earlier one. A customer counts
    on every date, also on one before the registration.
    """
    with exact_arithmetic():
        grouped: dict[tuple[Rung, Rung], list[Decimal]] = {}
        for customer_id, standing in after.items():
            step = (before[customer_id].rung, standing.rung)
            grouped.setdefault(step, []).append(standing.revenue)
        return tuple(
            Move(start=start, end=end, customers=len(each), revenue=sum(each, Decimal(0)))
            for start in Rung
            for end in Rung
            if (each := grouped.get((start, end)))
        )
