"""Use cases of the portfolio: answer for any date, from what is kept or from the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer import repository as customer_repository
from services.scoring.facts.exchange_rate import repository as rate_repository
from services.scoring.facts.exchange_rate.domain import Excluded
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.abc.domain import (
    Abc,
    Basis,
    CustomerClass,
    Member,
    Method,
    Ranking,
    abc,
    basis_for,
    buyers_of,
    ranking,
)
from services.scoring.figures.as_of.domain import Question
from services.scoring.figures.loyalty.domain import Rung
from services.scoring.figures.loyalty.ladder import Standing
from services.scoring.figures.score import domain as scores
from services.scoring.figures.score import repository as score_repository
from services.scoring.modelling.value_model import repository as value_model_repository
from services.scoring.modelling.value_model.domain import ValueModel
from services.scoring.models import Row
from shared import clock
from shared.row_access import SYSTEM_READER, Reader


@dataclass(frozen=True, kw_only=True)
class Population:
    """The customers that a question is about, and the model that counted."""

    question: Question
    members: Sequence[Member]
    model: ValueModel
    made_at: datetime

    def standings(self) -> dict[UUID, Standing]:
        """Tell where each customer stands."""
        return {
            member.customer_id: Standing(rung=member.rung, revenue=member.recent_revenue)
            for member in self.members
        }

    def basis(self, wanted: Basis) -> Basis:
        """Tell by what its buyers are valued."""
        return self._profit if wanted is Basis.PROFIT else wanted

    def ranking(self, wanted: Basis) -> Ranking:
        """Rank its buyers, once for each basis."""
        basis = self.basis(wanted)
        if basis not in self._rankings:
            self._rankings[basis] = ranking(buyers_of(self.members, basis))
        return self._rankings[basis]

    def table(self, method: Method, wanted: Basis) -> Abc:
        """Class its buyers, once for each method and basis."""
        key = (method, self.basis(wanted))
        if key not in self._tables:
            rule = self.model.rules.classes
            self._tables[key] = abc(self.ranking(wanted), rule=rule, method=method)
        return self._tables[key]

    def classes(self) -> Mapping[UUID, CustomerClass]:
        """Class the customers as their scores do: by count, by profit where it is known."""
        return self.table(Method.COUNT, Basis.PROFIT).classes

    @cached_property
    def _profit(self) -> Basis:
        return basis_for(self.members, Basis.PROFIT)

    @cached_property
    def _rankings(self) -> dict[Basis, Ranking]:
        return {}

    @cached_property
    def _tables(self) -> dict[tuple[Method, Basis], Abc]:
        return {}


def kept_population(session: Session, reader: Reader, question: Question) -> Population:
    """Give the customers with their kept scores."""
    rows = score_repository.population(session, reader)
    return population_of([member_of(row) for row in rows], session, question)


def population_of(members: Sequence[Member], session: Session, question: Question) -> Population:
    """Put members together with the model that counts."""
    return Population(
        question=question,
        members=members,
        model=value_model_repository.model_for(session, question.moment),
        made_at=clock.now(),
    )


def population_at(
    session: Session, reader: Reader, question: Question, *, start: date | None = None
) -> Population:
    """Compute the customers' scores for any date from their facts, from `start` on if given."""
    made_at = clock.now()
    customers = customer_repository.customers(session, reader)
    facts = fact_repository.population_facts(session, reader, question.horizon)
    model = value_model_repository.model_for(session, question.moment)
    every = (fact for each in facts.values() for fact in each)
    rates = rate_repository.rates_for(session, every, into=question.currency)

    def member(customer_id: UUID, customer: Row) -> Member:
        found = scores.score(
            [f for f in facts.get(customer_id, ()) if start is None or f.occurred_on >= start],
            horizon=question.horizon,
            rules=model.rules,
            rates=rates,
            disqualified=customer["disqualified"],
        )
        return _member(customer_id, customer["sort_id"], found)

    members = [member(customer_id, customer) for customer_id, customer in customers.items()]
    return Population(question=question, members=members, model=model, made_at=made_at)


def class_of(session: Session, customer_id: UUID, question: Question) -> CustomerClass | None:
    """Tell the class of a customer among all customers of the company, as of any date."""
    return population_at(session, SYSTEM_READER, question).classes().get(customer_id)


def member_of(row: Row) -> Member:
    """Read a member from a kept score."""
    return Member(
        customer_id=row["customer_id"],
        sort_id=row["sort_id"],
        purchases=row["purchases"],
        revenue=row["revenue"],
        profit=row["profit"],
        rung=Rung(row["rung"]),
        recent_revenue=row["recent_revenue"],
        excluded=_excluded(row["excluded"]),
        recent_excluded=_excluded(row["recent_excluded"]),
    )


def _member(customer_id: UUID, sort_id: str | None, score: scores.Score) -> Member:
    return Member(
        customer_id=customer_id,
        sort_id=sort_id,
        purchases=score.purchases,
        revenue=score.revenue,
        profit=score.profit,
        rung=score.rung,
        recent_revenue=score.recent_revenue,
        excluded=score.excluded,
        recent_excluded=score.recent_excluded,
    )


def _excluded(documents: Sequence[Mapping[str, Any]]) -> tuple[Excluded, ...]:
    return tuple(Excluded.read(document) for document in documents)
