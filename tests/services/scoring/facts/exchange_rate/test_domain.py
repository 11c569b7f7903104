"""Money is converted at the rate of its own day or left out, counted by currency."""

from decimal import Decimal

from services.scoring.facts.exchange_rate.domain import Excluded, combined, excluded
from tests.services.scoring.samples import YUAN, answer, day, euros, fact


def test_a_fact_is_converted_at_the_rate_of_its_day() -> None:
    rates = euros({0: "7.8", 1: "7.9"})
    assert rates.into(Decimal(100), "EUR", day(1)) == Decimal("790.0")


def test_an_older_rate_is_not_carried_on() -> None:
    assert euros({0: "7.8"}).into(Decimal(100), "EUR", day(1)) is None


def test_the_currency_of_the_question_needs_no_rate() -> None:
    assert YUAN.into(Decimal(100), "CNY", day(1)) == 100


def test_what_is_left_out_is_counted_by_currency() -> None:
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


def test_what_several_figures_leave_out_is_added_up_by_currency() -> None:
    def left(currency: str, facts: int, amount: str) -> Excluded:
        return Excluded(currency=currency, facts=facts, amount=Decimal(amount))

    parts = [left("USD", 2, "8.50"), left("EUR", 1, "1"), left("USD", 3, "-0.25")]
    assert combined(parts) == (left("EUR", 1, "1"), left("USD", 5, "8.25"))
    assert combined([]) == ()


def test_what_was_left_out_is_read_back_as_it_was_kept() -> None:
    kept = {"currency": "USD", "facts": 2, "amount": "8.50"}
    assert Excluded.read(kept) == Excluded(currency="USD", facts=2, amount=Decimal("8.50"))
