"""Builders of events as registry and survey publish them, and a worker that handles them.

Tests call customers, orders, surveys and responses by short names; `id_of` turns a name into the
id of the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.scoring.worker import Settling, handlers
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.registry.order import OrderLine, OrderPlaced
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import CatalogueItem, SurveyPublished, Title, Wave
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone, WithdrawalReason, class_of
from tests.services.harness import Running

NAMESPACE = UUID(int=2026)
RECORDED = datetime(2026, 1, 1, 4, tzinfo=UTC)


def id_of(name: object) -> UUID:
    """Return the id of the customer, order, survey or response that tests call by this name."""
    return uuid5(NAMESPACE, str(name))


@dataclass(frozen=True)
class Worker:
    """A worker of scoring that does nothing by itself: tests call its methods."""

    scoring: Running

    def handle(self, *events: Any) -> None:
        """Handle events as one batch in one transaction; scoring must have a handler for each."""
        settings: Any = self.scoring.settings
        table, batch = handlers(settings), dict[Handler, list[Any]]()
        for event in events:
            batch.setdefault(table[class_of(event)], []).append(event)
        with self.scoring.database.transaction() as session:
            for handler, own_events in batch.items():
                handler(session, own_events)

    def settle(self) -> None:
        """Compute the classes of all customers now, and store snapshots."""
        self.settling.settle()

    @property
    def settling(self) -> Settling:
        """A new instance of the loop that updates figures as time passes; it is not started."""
        settings: Any = self.scoring.settings
        return Settling(self.scoring.database, settings)


def customer(name: str, *, version: int = 1, **fields: Any) -> CustomerState:
    """Return the event of a customer whose external id in the system `erp` is `name`."""
    defaults: dict[str, Any] = {
        "customer_id": id_of(name),
        "version": version,
        "recorded_at": RECORDED,
        "external_ids": [ExternalId(system="erp", id=name)],
        "kind": "organisation",
        "nature": "retailer",
        "name": name,
    }
    return CustomerState(**defaults | fields)


def withdrawn(name: str, reason: WithdrawalReason = WithdrawalReason.RESTORED) -> Tombstone:
    """Return the tombstone of a customer."""
    return Tombstone(CustomerState, str(id_of(name)), reason)


def order(
    name: str,
    buyer: str | None,
    on: date,
    *lines: tuple[str, str] | OrderLine,
    version: int = 1,
    **fields: Any,
) -> OrderPlaced:
    """Return the event of an order; a line is (quantity, unit price) or an `OrderLine`.

    If `buyer` is None, the order is anonymous.
    """
    at = datetime.combine(on, time(4), UTC)
    defaults: dict[str, Any] = {
        "order_id": id_of(name),
        "version": version,
        "recorded_at": RECORDED,
        "external_id": ExternalId(system="shop", id=name),
        "customer_id": id_of(buyer) if buyer else None,
        "ordered_at": at,
        "occurred_on": on,
        "currency": "CNY",
        "lines": [each if isinstance(each, OrderLine) else order_line(*each) for each in lines],
    }
    return OrderPlaced(**defaults | fields)


def order_line(quantity: str, price: str, *, cost: str | None = None) -> OrderLine:
    """Return an order line; without `cost` its unit cost is unknown."""
    return OrderLine(
        product_code="P-1",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        unit_cost=None if cost is None else Decimal(cost),
    )


def survey(
    name: str,
    *codes: str,
    version: int = 1,
    highest_answer: int = 5,
    missing: Sequence[int] = (),
    waves: Sequence[str] = ("w1",),
) -> SurveyPublished:
    """Return the event of a survey with one satisfaction item for each code.

    The scale of each item is from 1 to `highest_answer`; the values in `missing` mean "no answer".
    The survey also has the item `visits`, which is not about satisfaction.
    """
    items = [
        CatalogueItem(
            code=code,
            type="matrix",
            role="satisfaction",
            least=1,
            most=highest_answer,
            missing=list(missing),
        )
        for code in codes
    ]
    return SurveyPublished(
        survey_id=id_of(name),
        version=version,
        recorded_at=RECORDED,
        title=Title(en=name),
        waves=[
            Wave(code=code, questionnaire_id=id_of("asked"), questionnaire_version=1)
            for code in waves
        ],
        items=[
            *items,
            CatalogueItem(code="visits", type="number", role="other", missing=[]),
        ],
    )


def response(
    name: str,
    survey_name: str,
    respondent: str | None,
    answers: dict[str, Any],
    *,
    version: int = 1,
    on: date = date(2025, 3, 1),
    wave: str = "w1",
) -> ResponseSubmitted:
    """Return the event of a response; `answers` is by item code.

    If `respondent` is None, the response is anonymous.
    """
    return ResponseSubmitted(
        response_id=id_of(name),
        version=version,
        recorded_at=RECORDED,
        survey_id=id_of(survey_name),
        wave=wave,
        customer_id=id_of(respondent) if respondent else None,
        channel="web",
        submitted_at=datetime.combine(on, time(4), UTC),
        answers=answers,
    )
