"""Tells scoring what happened elsewhere, as its worker would hear it."""

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
from tests.services.harness import Running

SPACE = UUID(int=2026)
RECORDED = datetime(2026, 1, 1, 4, tzinfo=UTC)


def an_id(name: object) -> UUID:
    """Give the id of something by a name of ours."""
    return uuid5(SPACE, str(name))


@dataclass(frozen=True)
class Told:
    """Hands events to the service."""

    scoring: Running

    def events(self, *events: Any) -> None:
        """Give events their effect in one batch; each has to be one that scoring follows."""
        settings: Any = self.scoring.settings
        following, batch = handlers(settings), dict[Handler, list[Any]]()
        for event in events:
            batch.setdefault(following[type(event)], []).append(event)
        with self.scoring.database.transaction() as session:
            for handler, told in batch.items():
                handler(session, told)

    def settle(self) -> None:
        """Cut the classes now."""
        self.settling.settle()

    @property
    def settling(self) -> Settling:
        """Give the loop that follows the calendar."""
        settings: Any = self.scoring.settings
        return Settling(self.scoring.database, settings)


def customer(name: str, *, version: int = 1, **more: Any) -> CustomerState:
    """Register a customer known to system `erp` by its name."""
    fields: dict[str, Any] = {
        "customer_id": an_id(name),
        "version": version,
        "recorded_at": RECORDED,
        "external_ids": [ExternalId(system="erp", id=name)],
        "kind": "organisation",
        "nature": "retailer",
        "name": name,
    }
    return CustomerState(**fields | more)


def order(
    name: str,
    buyer: str | None,
    on: date,
    *lines: tuple[str, str] | OrderLine,
    version: int = 1,
    **more: Any,
) -> OrderPlaced:
    """Place an order of a customer; lines are (quantity, unit price)."""
    at = datetime.combine(on, time(4), UTC)
    fields: dict[str, Any] = {
        "order_id": an_id(name),
        "version": version,
        "recorded_at": RECORDED,
        "external_id": ExternalId(system="shop", id=name),
        "customer_id": an_id(buyer) if buyer else None,
        "ordered_at": at,
        "occurred_on": on,
        "currency": "CNY",
        "lines": [each if isinstance(each, OrderLine) else a_line(*each) for each in lines],
    }
    return OrderPlaced(**fields | more)


def a_line(quantity: str, price: str, *, cost: str | None = None) -> OrderLine:
    """Write a line."""
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
    most: int = 5,
    missing: Sequence[int] = (),
    waves: Sequence[str] = ("w1",),
) -> SurveyPublished:
    """Publish a survey of satisfaction items from 1 to `most`."""
    items = [
        CatalogueItem(
            code=code,
            type="matrix",
            role="satisfaction",
            least=1,
            most=most,
            missing=list(missing),
        )
        for code in codes
    ]
    return SurveyPublished(
        survey_id=an_id(name),
        version=version,
        recorded_at=RECORDED,
        title=Title(en=name),
        waves=[
            Wave(code=code, questionnaire_id=an_id("asked"), questionnaire_version=1)
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
    who: str | None,
    answers: dict[str, Any],
    *,
    version: int = 1,
    on: date = date(2025, 3, 1),
    wave: str = "w1",
) -> ResponseSubmitted:
    """Submit an answer."""
    return ResponseSubmitted(
        response_id=an_id(name),
        version=version,
        recorded_at=RECORDED,
        survey_id=an_id(survey_name),
        wave=wave,
        customer_id=an_id(who) if who else None,
        channel="web",
        submitted_at=datetime.combine(on, time(4), UTC),
        answers=answers,
    )
