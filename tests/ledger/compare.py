"""Compare the product's answers with the figures that were worked out by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

FOLDER = Path(__file__).parent
STEPS: list[Json] = json.loads((FOLDER / "ledger.json").read_bytes())
EXPECTED: Json = json.loads((FOLDER / "expected.json").read_bytes())
QUESTIONNAIRE: Json = json.loads((FOLDER / "questionnaire.json").read_bytes())
DAYS = list(EXPECTED["as_of"])
METHODS = ("count", "value")

_TOLERANCE = Decimal(EXPECTED["tolerance"])
_SHARES = ("customer_share", "value_share", "reference_share", "threshold")


def score(found: Json, expected: Json) -> None:
    """Compare a score; its class only if the ledger contains one."""
    assert Decimal(found["value_points"]) == Decimal(expected["value_points"])
    assert Decimal(found["recent_revenue"]) == Decimal(expected["revenue_12m"])
    for name in ("rung", "silent", "purchase_days"):
        assert found[name] == expected[name], name
    if "class" in expected:
        assert found["class"] == expected["class"]
    assert _satisfaction(found["satisfaction"]) == _satisfaction(expected["satisfaction"])
    _excluded(found, expected)


def explanation(found: Json, expected: Json) -> None:
    """Compare the sum of the points in an explanation with the points of the score."""
    points = [Decimal(fact["points"]) for term in found["terms"] for fact in term["facts"]]
    assert sum(points, Decimal(0)) == Decimal(expected["value_points"])


def abc(found: Json, expected: Json) -> None:
    """Compare an ABC table, without its members: `score` compares the class of each customer."""
    assert (found["n"], found["basis"]) == (expected["n"], expected["basis"])
    assert Decimal(found["total"]) == Decimal(expected["total"])
    assert _is_close(found["gini"], expected["gini"])
    _excluded(found, expected)
    for row, wanted in zip(found["classes"], expected["classes"], strict=True):
        assert (row["class"], row["customers"]) == (wanted["class"], wanted["customers"])
        assert Decimal(row["value"]) == Decimal(wanted["value"])
        for name in _SHARES:
            assert _is_close(row[name], wanted[name]), (row["class"], name)


def ladder(found: Json, expected: Json) -> None:
    """Compare a loyalty ladder."""
    assert found["n"] == expected["n"]
    assert Decimal(found["revenue"]) == Decimal(expected["revenue"])
    _excluded(found, expected)
    assert _rungs(found["rungs"]) == _rungs(expected["rungs"])


def moves(found: Json, expected: Json) -> None:
    """Compare the moves between two dates."""
    assert _rungs(found["moves"]) == _rungs(expected["moves"])


def index(found: Json, expected: Json) -> None:
    """Compare the plain satisfaction index and its interval."""
    assert found["n"] == expected["n"]
    for name in ("index", "low", "high"):
        assert _is_close(found[name], expected[name]), name


def _is_close(found: Any, expected: Any) -> bool:
    """Return whether two numbers differ by no more than the tolerance, or both are None."""
    if expected is None:
        return found is None
    return abs(Decimal(str(found)) - Decimal(str(expected))) <= _TOLERANCE


def _satisfaction(part: Json | None) -> tuple[Decimal, int] | None:
    """Return the satisfaction index and the number `n` behind it, or None without an index."""
    return None if part is None else (Decimal(str(part["index"])), part["n"])


def _excluded(found: Json, expected: Json) -> None:
    """Check that the same facts are excluded, because their exchange rates are unknown."""

    def read(answer: Json) -> list[tuple[str, int, Decimal]]:
        """Return the currency, the number of facts and the amount of each excluded sum."""
        rows = answer["excluded"]
        return [(row["currency"], row["facts"], Decimal(row["amount"])) for row in rows]

    assert read(found) == read(expected)


def _rungs(rows: list[Json]) -> list[tuple[Any, ...]]:
    """Return the rung, limits, customers and revenue of each row of a ladder."""
    names = ("rung", "from", "to", "customers")
    return [(*(row.get(name) for name in names), Decimal(row["revenue"])) for row in rows]
