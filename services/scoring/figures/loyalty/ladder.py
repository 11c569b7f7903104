"""The loyalty ladder (忠诚度阶梯): customers and revenue per rung, and moves between two dates.

Drawn as one chart, it is the distribution of customers and revenue (收入客户分布图).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.scoring.figures.loyalty.domain import Rung
from shared.money import exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a customer stands on a date, and their net revenue of the months before it."""

    rung: Rung
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRow:
    """One rung: how many stand on it (width) and what they brought (height)."""

    rung: Rung
    customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How many went from one rung to another; who stayed is a move to the same."""

    start: Rung
    end: Rung
    customers: int
    revenue: Decimal


def ladder(standings: Iterable[Standing]) -> tuple[RungRow, ...]:
    """Count customers and sum revenue per rung, with every rung named, in order."""
    with exactly():
        grouped: dict[Rung, list[Decimal]] = {rung: [] for rung in Rung}
        for standing in standings:
            grouped[standing.rung].append(standing.revenue)
        return tuple(
            RungRow(rung=rung, customers=len(each), revenue=sum(each, Decimal(0)))
            for rung, each in grouped.items()
        )


def total_revenue(rungs: Iterable[RungRow]) -> Decimal:
    """Sum the revenue of all rungs."""
    with exactly():
        return sum((row.revenue for row in rungs), Decimal(0))


def moves(before: Mapping[UUID, Standing], after: Mapping[UUID, Standing]) -> tuple[Move, ...]:
    """Count who went from where to where, between two dates of the same population.

    Revenue is that of the end date. So the moves to a rung sum to it in the later ladder, those
    from a rung to its customers in the earlier one. A record has no date in the world: a
    customer counts at every date, also at one before the registration.
    """
    with exactly():
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
