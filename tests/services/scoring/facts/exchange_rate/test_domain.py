"""Amounts are converted at the rate of their own day, or else excluded and added up by currency."""

from decimal import Decimal

from services.scoring.facts.exchange_rate.domain import (
    ExcludedAmount,
    excluded_amounts,
    sum_excluded,
)
from tests.services.scoring.samples import NO_RATES, answer, day, euro_rates, fact


def test_a_fact_is_converted_at_the_rate_of_its_day() -> None:
    rates = euro_rates({0: "7.8", 1: "7.9"})
    assert rates.convert(Decimal(100), "EUR", day(1)) == Decimal("790.0")


def test_an_amount_is_not_converted_at_the_rate_of_an_earlier_day() -> None:
    assert euro_rates({0: "7.8"}).convert(Decimal(100), "EUR", day(1)) is None


def test_an_amount_in_the_target_currency_needs_no_rate() -> None:
    assert NO_RATES.convert(Decimal(100), "CNY", day(1)) == 100


def test_facts_without_an_exchange_rate_are_added_up_by_currency() -> None:
    facts = [
        fact("10", currency="USD"),
        fact("5", currency="EUR", on=3),
        fact("-2", currency="USD"),
        fact("1", currency="EUR"),
        fact("7"),
    ]
    assert excluded_amounts(facts, euro_rates({3: "7.8"})) == (
        ExcludedAmount(currency="EUR", facts=1, amount=Decimal(1)),
        ExcludedAmount(currency="USD", facts=2, amount=Decimal(8)),
    )


def test_an_answer_has_no_currency_and_is_neither_converted_nor_excluded() -> None:
    assert NO_RATES.convert(Decimal(75), None, day(0)) is None
    assert excluded_amounts([answer("75")], NO_RATES) == ()


def test_excluded_amounts_of_several_customers_are_added_up_by_currency() -> None:
    def excluded_amount(currency: str, facts: int, amount: str) -> ExcludedAmount:
        return ExcludedAmount(currency=currency, facts=facts, amount=Decimal(amount))

    parts = [
        excluded_amount("USD", 2, "8.50"),
        excluded_amount("EUR", 1, "1"),
        excluded_amount("USD", 3, "-0.25"),
    ]
    assert sum_excluded(parts) == (
        excluded_amount("EUR", 1, "1"),
        excluded_amount("USD", 5, "8.25"),
    )
    assert sum_excluded([]) == ()


def test_an_excluded_amount_is_parsed_from_json() -> None:
    document = {"currency": "USD", "facts": 2, "amount": "8.50"}
    assert ExcludedAmount.parse(document) == ExcludedAmount(
        currency="USD", facts=2, amount=Decimal("8.50")
    )
