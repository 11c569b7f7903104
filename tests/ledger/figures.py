"""The figures of the ledger, computed from its facts and the readings of the rules in README.md."""

from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from tests.ledger.facts import ZERO, Fact, Records

RUNGS = [
    *("suspect", "prospect", "disqualified", "first_time", "repeat", "client"),
    *("member", "advocate", "partner", "inactive"),
]
REFERENCE = {"A": "50", "B": "30", "C": "20"}
T_975 = {3: Decimal("3.182446305284"), 4: Decimal("2.776445105198"), 5: Decimal("2.570581835636")}


def text(value: Decimal, digits: int | None = None) -> str:
    """Return a decimal without exponent and trailing zeros, rounded half to even to `digits`."""
    rounded = value if digits is None else round(value, digits)
    return format(rounded.normalize() + ZERO, "f")


def year_before(day: date) -> date:
    """Return the same day one year earlier; for the 29th of February that is the 28th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def net(facts: list[Fact]) -> Decimal:
    """Return the sum of the amounts in CNY; no other currency has an exchange rate."""
    return sum((fact.amount for fact in facts if fact.currency == "CNY"), ZERO)


def excluded(facts: list[Fact]) -> list[dict[str, Any]]:
    """Return the number and the sum of the facts in each currency other than CNY."""
    amounts_by_currency: dict[str, list[Decimal]] = defaultdict(list)
    for fact in facts:
        amounts_by_currency[fact.currency].append(fact.amount)
    return [
        {"currency": currency, "facts": len(amounts), "amount": text(sum(amounts, ZERO))}
        for currency, amounts in sorted(amounts_by_currency.items())
        if currency != "CNY"
    ]


def is_silent(days: list[date], as_of: date) -> bool:
    """Return whether the last purchase is more than max(90, 3 times the median gap) days ago.

    With fewer than three purchase days the bound is 365 days.
    """
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    bound = max(90, 3 * median(gaps)) if len(days) >= 3 else 365
    return bool(days) and (as_of - days[-1]).days > bound


def rung_of(days: list[date], *, silent: bool, disqualified: bool) -> str:
    """Return the loyalty rung that follows from the number of purchase days and the two flags."""
    if silent:
        return "inactive"
    if not days:
        return "disqualified" if disqualified else "suspect"
    return "first_time" if len(days) == 1 else "repeat" if len(days) < 4 else "client"


def score(records: Records, customer: str, as_of: date) -> dict[str, Any]:
    """Return the figures of one customer, without the class."""
    facts = [fact for fact in records.facts if fact.customer == customer and fact.day <= as_of]
    days = sorted({fact.day for fact in facts if fact.is_purchase})
    silent = is_silent(days, as_of)
    recent = [fact for fact in facts if fact.day > year_before(as_of)]
    disqualified = records.customers[customer].get("disqualified", False)
    return {
        "value_points": text(net(facts) / 100_000),
        "rung": rung_of(days, silent=silent, disqualified=disqualified),
        "silent": silent,
        "revenue_12m": text(net(recent)),
        "purchase_days": len(days),
        "satisfaction": satisfaction(records, customer, as_of),
        "excluded": excluded(facts),
    }


def satisfaction(records: Records, customer: str, as_of: date) -> dict[str, Any] | None:
    """Return the index of the customer's latest response with answered items."""
    own = [(at, items) for name, at, items in records.answers if name == customer and items]
    past = [(at, items) for at, items in own if at.date() <= as_of]
    if not past:
        return None
    items = max(past)[1]
    return {"index": text(sum(items, ZERO) / len(items)), "n": len(items)}


def plain_index(records: Records, as_of: date) -> dict[str, Any]:
    """Return the mean index of all responses up to `as_of`, each with the same weight.

    `low` and `high` are the limits of the 95 % confidence interval by Student's t distribution.
    """
    past = [items for _, at, items in records.answers if items and at.date() <= as_of]
    indices = [sum(items, ZERO) / len(items) for items in past]
    n, mean = len(indices), sum(indices, ZERO) / len(indices)
    if n == 1:
        return {"n": n, "index": text(mean), "low": None, "high": None}
    variance = sum(((index - mean) ** 2 for index in indices), ZERO) / (n - 1)
    half = T_975[n - 1] * (variance / n).sqrt()
    return {"n": n, "index": text(mean), "low": text(mean - half, 6), "high": text(mean + half, 6)}


def abc(records: Records, as_of: date, method: str) -> dict[str, Any]:
    """Return the table of classes; the members of each class are ordered by rank."""
    past = [fact for fact in records.facts if fact.day <= as_of]
    buyers = {fact.customer for fact in past if fact.is_purchase}
    facts_of_buyers = [fact for fact in past if fact.customer in buyers]
    values = {buyer: net([fact for fact in past if fact.customer == buyer]) for buyer in buyers}
    ranked = sorted(buyers, key=lambda buyer: (-values[buyer], records.customers[buyer]["sort"]))
    classes = classify([values[buyer] for buyer in ranked], method)
    return {
        "n": len(buyers),
        "total": text(sum(values.values(), ZERO)),
        "basis": "revenue",
        "gini": gini([values[buyer] for buyer in ranked]),
        "excluded": excluded(facts_of_buyers),
        "classes": [abc_row(label, ranked, classes, values) for label in REFERENCE],
    }


def classify(values: list[Decimal], method: str) -> list[str]:
    """Return the ABC class of each value, by `method` count or value.

    The values are ordered, greatest first.
    """
    n, total, before, classes = len(values), sum(values, ZERO), ZERO, []
    cuts = [(Decimal(share) * n / 100).to_integral_value(ROUND_CEILING) for share in (5, 20)]
    for rank, value in enumerate(values):
        position, limits = (
            (Decimal(rank), cuts)
            if method == "count"
            else (before, [total * 7 / 10, total * 9 / 10])
        )
        label = "A" if position < limits[0] else "B" if position < limits[1] else "C"
        classes.append("C" if value < 0 else label)
        before += value
    return classes


def abc_row(
    label: str, ranked: list[str], classes: list[str], values: dict[str, Decimal]
) -> dict[str, Any]:
    """Return the row of one class."""
    members = [
        customer for customer, class_ in zip(ranked, classes, strict=True) if class_ == label
    ]
    value = sum((values[member] for member in members), ZERO)
    total = sum(values.values(), ZERO)
    return {
        "class": label,
        "customers": len(members),
        "customer_share": text(Decimal(100) * len(members) / len(values), 6),
        "value": text(value),
        "value_share": text(100 * value / total, 6),
        "reference_share": REFERENCE[label],
        "threshold": text(values[members[-1]]) if members else None,
        "members": members,
    }


def gini(values: list[Decimal]) -> str:
    """Return the Gini coefficient: half the mean difference of all pairs, divided by the mean.

    Negative values are replaced by 0.
    """
    positive = [max(value, ZERO) for value in values]
    differences = sum((abs(one - other) for one in positive for other in positive), ZERO)
    return text(differences / (2 * len(positive) * sum(positive, ZERO)), 6)


def ladder(records: Records, scores: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Return the number of customers and their revenue on each rung."""
    recent = [fact for fact in records.facts if year_before(as_of) < fact.day <= as_of]
    rows = []
    for rung in RUNGS:
        revenues = [Decimal(s["revenue_12m"]) for s in scores.values() if s["rung"] == rung]
        rows.append(
            {"rung": rung, "customers": len(revenues), "revenue": text(sum(revenues, ZERO))}
        )
    return {
        "n": len(scores),
        "revenue": text(net(recent)),
        "excluded": excluded(recent),
        "rungs": rows,
    }


def figures(records: Records, as_of: date) -> dict[str, Any]:
    """Return all figures of one date."""
    tables = {method: abc(records, as_of, method) for method in ("count", "value")}
    classes = {
        customer: row["class"] for row in tables["count"]["classes"] for customer in row["members"]
    }
    scores = {
        customer: {**score(records, customer, as_of), "class": classes.get(customer)}
        for customer in records.customers
    }
    index = plain_index(records, as_of)
    return {
        "scores": scores,
        "abc": tables,
        "ladder": ladder(records, scores, as_of),
        "index": index,
    }


def moves(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the number of customers between each pair of rungs, with their later revenue."""
    counts: Counter[tuple[str, str]] = Counter()
    revenue: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for customer, now in after["scores"].items():
        pair = before["scores"][customer]["rung"], now["rung"]
        counts[pair] += 1
        revenue[pair] += Decimal(now["revenue_12m"])
    order = sorted(counts, key=lambda pair: (RUNGS.index(pair[0]), RUNGS.index(pair[1])))
    return [
        {"from": pair[0], "to": pair[1], "customers": counts[pair], "revenue": text(revenue[pair])}
        for pair in order
    ]
