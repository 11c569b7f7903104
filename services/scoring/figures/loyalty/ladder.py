"""The loyalty ladder (忠诚度阶梯): customers and revenue by rung, and moves between two dates.

Front ends draw it as a chart, the distribution of customers and revenue (收入客户分布图).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.contracts.scoring.score import Rung
from shared.money import exact_arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The rung of a customer on a date, and the net revenue of the last months up to that date."""

    rung: Rung
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRow:
    """A rung of the loyalty ladder with its number of customers and their revenue.

    In the chart, the number of customers is the width of the rung and their revenue its height.
    """

    rung: Rung
    customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The number and revenue of the customers who went from the rung `start` to the rung `end`.

    The customers who stayed on a rung are a move, too: from this rung to the same rung.
    """

    start: Rung
    end: Rung
    customers: int
    revenue: Decimal


def ladder(standings: Iterable[Standing]) -> tuple[RungRow, ...]:
    """Return every rung, lowest first, with the number of its customers and their revenue."""
    with exact_arithmetic():
        revenues_by_rung: dict[Rung, list[Decimal]] = {rung: [] for rung in Rung}
        for standing in standings:
            revenues_by_rung[standing.rung].append(standing.revenue)
        return tuple(
            RungRow(rung=rung, customers=len(revenues), revenue=sum(revenues, Decimal(0)))
            for rung, revenues in revenues_by_rung.items()
        )


def total_revenue(rungs: Iterable[RungRow]) -> Decimal:
    """Return the revenue of all rungs of the loyalty ladder together."""
    with exact_arithmetic():
        return sum((row.revenue for row in rungs), Decimal(0))


def moves(before: Mapping[UUID, Standing], after: Mapping[UUID, Standing]) -> tuple[Move, ...]:
    """Count the customers that went from one rung of the ladder to another between two dates.

    `before` and `after` have the standings of the same customers on the earlier and the later date,
    by customer id. Customers are included even if they registered after the earlier date. The
    result is ordered by start and end rung, lowest first. The revenue of a move is the revenue of
    its customers on the later date. Therefore the moves that end on a rung sum to the customers and
    revenue of this rung in the later ladder, and the moves that start on a rung sum to its
    customers in the earlier ladder.
    """
    with exact_arithmetic():
        revenues_by_move: dict[tuple[Rung, Rung], list[Decimal]] = {}
        for customer_id, standing in after.items():
            rungs = (before[customer_id].rung, standing.rung)
            revenues_by_move.setdefault(rungs, []).append(standing.revenue)
        return tuple(
            Move(start=start, end=end, customers=len(revenues), revenue=sum(revenues, Decimal(0)))
            for start in Rung
            for end in Rung
            if (revenues := revenues_by_move.get((start, end)))
        )
