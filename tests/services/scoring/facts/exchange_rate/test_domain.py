"""Money is converted at the rate of its own day, or left out and added up by currency."""

from decimal import Decimal

from services.scoring.facts.exchange_rate.domain import Excluded, combined, excluded
from tests.services.scoring.samples import YUAN, answer, day, euros, fact


def test_a_fact_is_converted_at_the_rate_of_its_day() -> None:
    rates = euros({0: "7.8", 1: "7.9"})
    assert rates.into(Decimal(100), "EUR", day(1)) == Decimal("790.0")


def test_the_rate_of_an_earlier_day_does_not_convert() -> None:
    assert euros({0: "7.8"}).into(Decimal(100), "EUR", day(1)) is None


def test_an_amount_in_the_target_currency_needs_no_rate() -> None:
    assert YUAN.into(Decimal(100), "CNY", day(1)) == 100


def test_facts_without_a_rate_are_added_up_by_currency() -> None:
    facts = [
        fact("10", currency="USD"),
        fact("5", currency="EUR", on=3),
        fact("-2", currency="USD"),
        fact("1", currency="EUR"),
        fact("7"),
    ]
    assert excluded(facts, euros({3: "7.8"})) == (
        Excluded(currency="EUR", facts=1, amount=Decimal(1)),
        Excluded(currency="USD", facts=2, amount=Decimal(8)),
    )


def test_an_answer_has_no_currency_and_is_never_left_out() -> None:
    assert YUAN.into(Decimal(75), None, day(0)) is None
    assert excluded([answer("75")], YUAN) == ()


def test_facts_left_out_of_several_figures_are_added_up_by_currency() -> None:
    def left_out(currency: str, facts: int, amount: str) -> Excluded:
        return Excluded(currency=currency, facts=facts, amount=Decimal(amount))

    parts = [left_out("USD", 2, "8.50"), left_out("EUR", 1, "1"), left_out("USD", 3, "-0.25")]
    assert combined(parts) == (left_out("EUR", 1, "1"), left_out("USD", 5, "8.25"))
    assert combined([]) == ()


def test_excluded_facts_are_parsed_from_their_document() -> None:
    document = {"currency": "USD", "facts": 2, "amount": "8.50"}
    assert Excluded.parse(document) == Excluded(currency="USD", facts=2, amount=Decimal("8.50"))
