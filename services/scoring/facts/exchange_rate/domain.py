"""Exchange rates (汇率): data, one a day and pair; a fact without one is left out, and counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shared.money import exactly


class Priced(Protocol):
    """Anything with an amount of money on a day."""

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
    def read(cls, document: Mapping[str, Any]) -> "Excluded":
        """Read what was kept as JSON."""
        return cls(**{**document, "amount": Decimal(document["amount"])})


@dataclass(frozen=True, slots=True)
class Rates:
    """Conversion into `currency`: how much of it one unit of another was worth on a day.

    The rate is that of the very day: an older one is never carried on, so that nothing is
    converted by a figure that nobody gave.
    """

    currency: str
    known: Mapping[tuple[str, date], Decimal]

    def into(self, amount: Decimal, currency: str | None, day: date) -> Decimal | None:
        """Convert exactly; None where no rate of that day is known."""
        if currency == self.currency:
            return amount
        rate = self.known.get((currency or "", day))
        return None if rate is None else amount * rate


def combined(parts: Iterable[Excluded]) -> tuple[Excluded, ...]:
    """Add up what was left out of several figures, by currency in alphabetical order."""
    left: dict[str, list[Excluded]] = {}
    for part in parts:
        left.setdefault(part.currency, []).append(part)
    with exactly():
        return tuple(
            Excluded(
                currency=currency,
                facts=sum(part.facts for part in each),
                amount=sum((part.amount for part in each), Decimal(0)),
            )
            for currency, each in sorted(left.items())
        )


def excluded(facts: Iterable[Priced], rates: Rates) -> tuple[Excluded, ...]:
    """Count what had to be left out, by currency in alphabetical order."""
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
