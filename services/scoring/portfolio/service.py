"""Use cases of the portfolio: answer for any date, from what is kept or from the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.customer import repository as customer_repository
from services.scoring.customer.repository import Columns
from services.scoring.fact import repository as fact_repository
from services.scoring.loyalty.domain import Rung
from services.scoring.model import repository as model_repository
from services.scoring.model.domain import ValueModel
from services.scoring.portfolio.domain import (
    Basis,
    CustomerClass,
    Member,
    Method,
    Standing,
    abc,
    buyers_of,
)
from services.scoring.rate import repository as rate_repository
from services.scoring.rate.domain import Excluded
from services.scoring.score import domain as scores
from services.scoring.score import repository as score_repository
from services.scoring.score.domain import Question
from shared import clock
from shared.reader import EVERYTHING, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def classes(self) -> Mapping[UUID, CustomerClass]:
        """Class the customers as their scores do: by count, by profit where it is known."""
        _, buyers = buyers_of(self.members, Basis.PROFIT)
        return abc(buyers, rule=self.model.rules.classes, method=Method.COUNT).classes


def kept_population(session: Session, reader: Reader, question: Question) -> Population:
    """Give the customers with their kept scores."""
    rows = score_repository.population(session, reader)
    return Population(
        question=question,
        members=[member_of(row) for row in rows],
        model=model_repository.model_for(session, question.moment),
        made_at=clock.now(),
    )


def population_at(
    session: Session, reader: Reader, question: Question, *, start: date | None = None
) -> Population:
    """Compute the customers' scores for any date from their facts, from `start` on if given."""
    made_at = clock.now()
    customers = customer_repository.customers(session, reader)
    facts = fact_repository.population_facts(session, reader, question.horizon)
    model = model_repository.model_for(session, question.moment)
    every = (fact for each in facts.values() for fact in each)
    rates = rate_repository.rates_for(session, every, into=question.currency)

    def member(customer_id: UUID, customer: Columns) -> Member:
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
    return population_at(session, EVERYTHING, question).classes().get(customer_id)


def member_of(row: Columns) -> Member:
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
