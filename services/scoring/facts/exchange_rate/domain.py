"""Conversion at the exchange rate (汇率) of the day, and the amounts that have no such rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shared.money import exact_arithmetic


class DatedAmount(Protocol):
    """An amount on a day: money if it has a currency, otherwise the index of an answer."""

    @property
    def occurred_on(self) -> date: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedAmount:
    """The number of facts in one currency that could not be converted, and their summed amount."""

    currency: str
    facts: int
    amount: Decimal

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "ExcludedAmount":
        """Parse an object as it is stored in JSON, with the amount as text."""
        return cls(**{**document, "amount": Decimal(document["amount"])})


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Exchange rates into the target currency `currency`.

    `known` maps (source currency, day) to the price of one unit of the source currency in the
    target currency. An amount is converted at the rate of its own day only. The rate of another
    day is never used instead, so that nothing is converted at a rate that nobody entered.
    """

    currency: str
    known: Mapping[tuple[str, date], Decimal]

    def convert(self, amount: Decimal, currency: str | None, day: date) -> Decimal | None:
        """Return the exact amount in the target currency, or None without a rate for that day."""
        if currency == self.currency:
            return amount
        rate = self.known.get((currency or "", day))
        return None if rate is None else amount * rate


def sum_excluded(amounts: Iterable[ExcludedAmount]) -> tuple[ExcludedAmount, ...]:
    """Add up, by currency, amounts that could not be converted, and their numbers of facts.

    The currencies are in alphabetical order.
    """
    by_currency: dict[str, list[ExcludedAmount]] = {}
    for each in amounts:
        by_currency.setdefault(each.currency, []).append(each)
    with exact_arithmetic():
        return tuple(
            ExcludedAmount(
                currency=currency,
                facts=sum(each.facts for each in excluded),
                amount=sum((each.amount for each in excluded), Decimal(0)),
            )
            for currency, excluded in sorted(by_currency.items())
        )


def excluded_amounts(
    facts: Iterable[DatedAmount], rates: ExchangeRates
) -> tuple[ExcludedAmount, ...]:
    """Add up the amounts without an exchange rate, by currency in alphabetical order."""
    by_currency: dict[str, tuple[int, Decimal]] = {}
    for fact in facts:
        currency = fact.currency
        if currency is not None and rates.convert(fact.amount, currency, fact.occurred_on) is None:
            count, amount = by_currency.get(currency, (0, Decimal(0)))
            by_currency[currency] = (count + 1, amount + fact.amount)
    return tuple(
        ExcludedAmount(currency=currency, facts=count, amount=amount)
        for currency, (count, amount) in sorted(by_currency.items())
    )
