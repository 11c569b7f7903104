"""Conversion by the exchange rate (汇率) of the day, and the facts left out for want of a rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shared.money import exact_arithmetic


class Priced(Protocol):
    """An amount of money on a day; without a currency it is no money."""

    @property
    def occurred_on(self) -> date: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Facts of one currency that could not be converted, and their amount in that currency."""

    currency: str
    facts: int
    amount: Decimal

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Excluded":
        """Parse one from its JSON document."""
        return cls(**{**document, "amount": Decimal(document["amount"])})


@dataclass(frozen=True, slots=True)
class Rates:
    """Conversion into `currency`: how much of it one unit of another was worth on a day.

    `known` holds rates by currency and day. Only the rate of the very day converts: an older one
    is never carried on, so that nothing is converted at a rate that nobody entered.
    """

    currency: str
    known: Mapping[tuple[str, date], Decimal]

    def into(self, amount: Decimal, currency: str | None, day: date) -> Decimal | None:
        """Return the amount in `self.currency`, exact; None where no rate of that day is known."""
        if currency == self.currency:
            return amount
        rate = self.known.get((currency or "", day))
        return None if rate is None else amount * rate


def combined(parts: Iterable[Excluded]) -> tuple[Excluded, ...]:
    """Return the facts left out of several figures, added up by currency in alphabetical order."""
    left: dict[str, list[Excluded]] = {}
    for part in parts:
        left.setdefault(part.currency, []).append(part)
    with exact_arithmetic():
        return tuple(
            Excluded(
                currency=currency,
                facts=sum(part.facts for part in each),
                amount=sum((part.amount for part in each), Decimal(0)),
            )
            for currency, each in sorted(left.items())
        )


def excluded(facts: Iterable[Priced], rates: Rates) -> tuple[Excluded, ...]:
    """Return the facts that cannot be converted, added up by currency in alphabetical order."""
    left: dict[str, tuple[int, Decimal]] = {}
    for fact in facts:
        currency = fact.currency
        if currency is not None and rates.into(fact.amount, currency, fact.occurred_on) is None:
            count, amount = left.get(currency, (0, Decimal(0)))
            left[currency] = (count + 1, amount + fact.amount)
    return tuple(
        Excluded(currency=currency, facts=count, amount=amount)
        for currency, (count, amount) in sorted(left.items())
    )
