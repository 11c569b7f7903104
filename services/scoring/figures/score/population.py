"""The population: the figures of all customers at one point in time, and their ABC classes.

The figures are read from stored scores for the present time, and computed from facts for any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.facts.exchange_rate import repository as rate_repository
from services.scoring.facts.exchange_rate.domain import ExcludedAmount
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.abc.domain import (
    Abc,
    AbcBasis,
    AbcMethod,
    Ranking,
    abc,
    basis_for,
    buyers_of,
    ranking,
)
from services.scoring.figures.as_of.domain import PointInTime
from services.scoring.figures.loyalty.ladder import Standing
from services.scoring.figures.score import repository
from services.scoring.figures.score.domain import Score, score
from services.scoring.modelling.value_model import repository as value_model_repository
from services.scoring.modelling.value_model.domain import ValueModel
from shared import clock
from shared.contracts.scoring.score import CustomerClass, Rung
from shared.database import RowView
from shared.row_access import SYSTEM_READER, Reader


class Member(NamedTuple):
    """A customer with the figures from which the ABC table and the ladder are computed.

    `sort_id` is the smallest external id. `excluded` are the amounts that are not in `revenue`,
    because there is no exchange rate for them, and `recent_excluded` those that are therefore not
    in `recent_revenue`, the revenue of the last `ladder_months` months. (A named tuple, because all
    customers are in memory at once.)
    """

    customer_id: UUID
    sort_id: str | None
    purchases: int
    revenue: Decimal
    profit: Decimal | None
    rung: Rung
    recent_revenue: Decimal
    excluded: tuple[ExcludedAmount, ...]
    recent_excluded: tuple[ExcludedAmount, ...]

    @classmethod
    def of_row(cls, row: RowView) -> "Member":
        """Build a member from a stored score, a row of `repository.population`.

        `excluded` and `recent_excluded` are amounts for which there is no exchange rate.
        """
        return cls(
            customer_id=row["customer_id"],
            sort_id=row["sort_id"],
            purchases=row["purchases"],
            revenue=row["revenue"],
            profit=row["profit"],
            rung=Rung(row["rung"]),
            recent_revenue=row["recent_revenue"],
            excluded=_parse_excluded(row["excluded"]),
            recent_excluded=_parse_excluded(row["recent_excluded"]),
        )

    @classmethod
    def of_score(cls, customer: RowView, computed: Score) -> "Member":
        """Build a member from a customer (a row of the table of customers) and a computed score."""
        return cls(
            customer_id=customer["id"],
            sort_id=customer["sort_id"],
            purchases=computed.purchases,
            revenue=computed.revenue,
            profit=computed.profit,
            rung=computed.rung,
            recent_revenue=computed.recent_revenue,
            excluded=computed.excluded,
            recent_excluded=computed.recent_excluded,
        )


def _parse_excluded(stored: Sequence[Mapping[str, Any]]) -> tuple[ExcludedAmount, ...]:
    """Parse the excluded amounts of a stored score."""
    return tuple(ExcludedAmount.parse(json_object) for json_object in stored)


@dataclass(frozen=True, kw_only=True)
class Population:
    """All customers that a reader may see, with their figures at a point in time.

    `model` is the value model that was active at that time.
    """

    point_in_time: PointInTime
    members: Sequence[Member]
    model: ValueModel
    made_at: datetime

    def standings(self) -> dict[UUID, Standing]:
        """Return the rung and recent revenue of each customer, by customer id."""
        return {
            member.customer_id: Standing(rung=member.rung, revenue=member.recent_revenue)
            for member in self.members
        }

    def basis(self, requested: AbcBasis) -> AbcBasis:
        """Return the requested basis of value, but revenue if the profit of a buyer is unknown."""
        return self._profit_if_known if requested is AbcBasis.PROFIT else requested

    def ranking(self, requested: AbcBasis) -> Ranking:
        """Return the buyers ranked by value (revenue or profit); each ranking is computed once."""
        basis = self.basis(requested)
        if basis not in self._rankings:
            self._rankings[basis] = ranking(buyers_of(self.members, basis))
        return self._rankings[basis]

    def table(self, method: AbcMethod, requested: AbcBasis) -> Abc:
        """Return the ABC table; it is computed once for each method and basis of value."""
        key = (method, self.basis(requested))
        if key not in self._tables:
            rule = self.model.rules.classes
            self._tables[key] = abc(self.ranking(requested), rule=rule, method=method)
        return self._tables[key]

    def classes(self) -> Mapping[UUID, CustomerClass]:
        """Return the classes that scores show, by customer id.

        Scores show classes by count; the value of a buyer is the profit, or the revenue if the
        profit of any buyer is unknown.
        """
        return self.table(AbcMethod.COUNT, AbcBasis.PROFIT).classes

    @cached_property
    def _profit_if_known(self) -> AbcBasis:
        return basis_for(self.members, AbcBasis.PROFIT)

    @cached_property
    def _rankings(self) -> dict[AbcBasis, Ranking]:
        """The rankings computed so far, by basis of value (revenue or profit)."""
        return {}

    @cached_property
    def _tables(self) -> dict[tuple[AbcMethod, AbcBasis], Abc]:
        """The ABC tables computed so far, by method and basis of value."""
        return {}


def stored_population(session: Session, reader: Reader, point_in_time: PointInTime) -> Population:
    """Build the present population from stored scores; the point in time must be current."""
    rows = repository.population(session, reader)
    return population_of(session, [Member.of_row(row) for row in rows], point_in_time)


def population_of(
    session: Session, members: Sequence[Member], point_in_time: PointInTime
) -> Population:
    """Build a population of these members, with the value model active at the point in time."""
    return Population(
        point_in_time=point_in_time,
        members=members,
        model=value_model_repository.model_for(session, point_in_time.moment),
        made_at=clock.now(),
    )


def population_at(
    session: Session, reader: Reader, point_in_time: PointInTime, *, start: date | None = None
) -> Population:
    """Compute the population at any point in time from facts; facts before `start` are left out."""
    made_at = clock.now()
    customers = customer_repository.customers(session, reader)
    facts = fact_repository.population_facts(session, reader, point_in_time.cutoff)
    model = value_model_repository.model_for(session, point_in_time.moment)
    every_fact = (fact for own_facts in facts.values() for fact in own_facts)
    rates = rate_repository.rates_for(session, every_fact, target=point_in_time.currency)

    def member(customer_id: UUID, customer: RowView) -> Member:
        """Return the figures of one customer."""
        own_facts = facts.get(customer_id, ())
        computed = score(
            [fact for fact in own_facts if start is None or fact.occurred_on >= start],
            cutoff=point_in_time.cutoff,
            rules=model.rules,
            rates=rates,
            disqualified=customer["disqualified"],
        )
        return Member.of_score(customer, computed)

    members = [member(customer_id, customer) for customer_id, customer in customers.items()]
    return Population(point_in_time=point_in_time, members=members, model=model, made_at=made_at)


def class_of(
    session: Session, customer_id: UUID, point_in_time: PointInTime
) -> CustomerClass | None:
    """Compute the class of a customer among all customers; it is None without a purchase.

    The computation takes as long as a whole ABC table, because it needs the facts of all customers.
    """
    return population_at(session, SYSTEM_READER, point_in_time).classes().get(customer_id)
