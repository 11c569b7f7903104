"""The ledger's figures, worked out a second way: from its facts and the readings in README.md."""

from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from tests.ledger.facts import ZERO, Book, Fact

RUNGS = [
    *("suspect", "prospect", "disqualified", "first_time", "repeat", "client"),
    *("member", "advocate", "partner", "inactive"),
]
REFERENCE = {"A": "50", "B": "30", "C": "20"}
T_975 = {3: Decimal("3.182446305284"), 4: Decimal("2.776445105198"), 5: Decimal("2.570581835636")}


def text(value: Decimal, places: int | None = None) -> str:
    """Write a decimal without exponent and trailing zeros, rounded half to even to places."""
    rounded = value if places is None else round(value, places)
    return format(rounded.normalize() + ZERO, "f")


def year_before(day: date) -> date:
    """Go back 12 months; from the 29th of February to the 28th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def net(facts: list[Fact]) -> Decimal:
    """Add up what has a rate."""
    return sum((fact.amount for fact in facts if fact.currency == "CNY"), ZERO)


def excluded(facts: list[Fact]) -> list[dict[str, Any]]:
    """Count and add up what has none, by currency."""
    left: dict[str, list[Decimal]] = defaultdict(list)
    for fact in facts:
        left[fact.currency].append(fact.amount)
    return [
        {"currency": currency, "facts": len(amounts), "amount": text(sum(amounts, ZERO))}
        for currency, amounts in sorted(left.items())
        if currency != "CNY"
    ]


def is_silent(days: list[date], as_of: date) -> bool:
    """Tell whether the last purchase day is further back than the customer's own bound."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    bound = max(90, 3 * median(gaps)) if len(days) >= 3 else 365
    return bool(days) and (as_of - days[-1]).days > bound


def rung_of(days: list[date], *, silent: bool, disqualified: bool) -> str:
    """Find the highest rung that holds, of those that purchases and marks alone can reach."""
    if silent:
        return "inactive"
    if not days:
        return "disqualified" if disqualified else "suspect"
    return "first_time" if len(days) == 1 else "repeat" if len(days) < 4 else "client"


def score(book: Book, customer: str, as_of: date) -> dict[str, Any]:
    """Give one customer's figures, without the class."""
    facts = [fact for fact in book.facts if fact.customer == customer and fact.day <= as_of]
    days = sorted({fact.day for fact in facts if fact.purchase})
    silent = is_silent(days, as_of)
    recent = [fact for fact in facts if fact.day > year_before(as_of)]
    disqualified = book.customers[customer].get("disqualified", False)
    return {
        "value_points": text(net(facts) / 100_000),
        "rung": rung_of(days, silent=silent, disqualified=disqualified),
        "silent": silent,
        "revenue_12m": text(net(recent)),
        "purchase_days": len(days),
        "satisfaction": satisfaction(book, customer, as_of),
        "excluded": excluded(facts),
    }


def satisfaction(book: Book, customer: str, as_of: date) -> dict[str, Any] | None:
    """Give the index of the latest answer that has one."""
    own = [(at, items) for who, at, items in book.answers if who == customer and items]
    past = [(at, items) for at, items in own if at.date() <= as_of]
    if not past:
        return None
    items = max(past)[1]
    return {"index": text(sum(items, ZERO) / len(items)), "n": len(items)}


def plain_index(book: Book, as_of: date) -> dict[str, Any]:
    """Give the mean of all answers' indices with its t interval."""
    past = [items for _, at, items in book.answers if items and at.date() <= as_of]
    indices = [sum(items, ZERO) / len(items) for items in past]
    n, mean = len(indices), sum(indices, ZERO) / len(indices)
    if n == 1:
        return {"n": n, "index": text(mean), "low": None, "high": None}
    variance = sum(((index - mean) ** 2 for index in indices), ZERO) / (n - 1)
    half = T_975[n - 1] * (variance / n).sqrt()
    return {"n": n, "index": text(mean), "low": text(mean - half, 6), "high": text(mean + half, 6)}


def abc(book: Book, as_of: date, method: str) -> dict[str, Any]:
    """Give the table of classes with the members in rank order."""
    past = [fact for fact in book.facts if fact.day <= as_of]
    buyers = {fact.customer for fact in past if fact.purchase}
    counted = [fact for fact in past if fact.customer in buyers]
    values = {buyer: net([fact for fact in past if fact.customer == buyer]) for buyer in buyers}
    ranked = sorted(buyers, key=lambda buyer: (-values[buyer], book.customers[buyer]["sort"]))
    classes = classify([values[buyer] for buyer in ranked], method)
    return {
        "n": len(buyers),
        "total": text(sum(values.values(), ZERO)),
        "basis": "revenue",
        "gini": gini([values[buyer] for buyer in ranked]),
        "excluded": excluded(counted),
        "classes": [abc_row(label, ranked, classes, values) for label in REFERENCE],
    }


def classify(values: list[Decimal], method: str) -> list[str]:
    """Cut falling values into classes by rank or by the sum before each."""
    n, total, before, classes = len(values), sum(values, ZERO), ZERO, []
    cuts = [(Decimal(share) * n / 100).to_integral_value(ROUND_CEILING) for share in (5, 20)]
    for rank, value in enumerate(values):
        at, lines = (
            (Decimal(rank), cuts)
            if method == "count"
            else (before, [total * 7 / 10, total * 9 / 10])
        )
        label = "A" if at < lines[0] else "B" if at < lines[1] else "C"
        classes.append("C" if value < 0 else label)
        before += value
    return classes


def abc_row(
    label: str, ranked: list[str], classes: list[str], values: dict[str, Decimal]
) -> dict[str, Any]:
    """Describe one class."""
    members = [who for who, given in zip(ranked, classes, strict=True) if given == label]
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
    """Average the differences of all pairs, negative values taken as 0, over twice the mean."""
    kept = [max(value, ZERO) for value in values]
    differences = sum((abs(one - other) for one in kept for other in kept), ZERO)
    return text(differences / (2 * len(kept) * sum(kept, ZERO)), 6)


def ladder(book: Book, scores: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Count customers and their revenue by rung."""
    recent = [fact for fact in book.facts if year_before(as_of) < fact.day <= as_of]
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


def figures(book: Book, as_of: date) -> dict[str, Any]:
    """Give all figures of one date."""
    tables = {method: abc(book, as_of, method) for method in ("count", "value")}
    classes = {who: row["class"] for row in tables["count"]["classes"] for who in row["members"]}
    scores = {who: {**score(book, who, as_of), "class": classes.get(who)} for who in book.customers}
    index = plain_index(book, as_of)
    return {"scores": scores, "abc": tables, "ladder": ladder(book, scores, as_of), "index": index}


def moves(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Count who went from which rung to which, with the revenue of the later date."""
    counts: Counter[tuple[str, str]] = Counter()
    revenue: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for who, now in after["scores"].items():
        pair = before["scores"][who]["rung"], now["rung"]
        counts[pair] += 1
        revenue[pair] += Decimal(now["revenue_12m"])
    order = sorted(counts, key=lambda pair: (RUNGS.index(pair[0]), RUNGS.index(pair[1])))
    return [
        {"from": pair[0], "to": pair[1], "customers": counts[pair], "revenue": text(revenue[pair])}
        for pair in order
    ]
