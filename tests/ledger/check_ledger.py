"""Check that ledger.json, expected.json and README.md agree: python -m tests.ledger.check_ledger.

The figures are computed from ledger.json only, without any code of the product. The command prints
every difference and exits with 1 if there is one.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tests.ledger.facts import read
from tests.ledger.figures import figures, moves, plain_index, score

HERE = Path(__file__).parent


def midway(steps: list[dict[str, Any]], items: list[Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of expected.json with its figures computed after its first `after_steps`."""
    records, as_of = read(steps[: part["after_steps"]], items), date.fromisoformat(part["as_of"])
    found = {"scores": {customer: score(records, customer, as_of) for customer in part["scores"]}}
    return {**part, **found, **({"index": plain_index(records, as_of)} if "index" in part else {})}


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Yield a message with the path for each value that differs between two JSON documents."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            yield from differences(expected.get(key), found.get(key), f"{path}/{key}")
    elif expected != found:
        yield f"{path}: expected {expected}, found {found}"


def cell(value: Any) -> str:
    """Return one value as it is written in the tables of README.md."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"{value['index']} ({value['n']})"
    if isinstance(value, list):
        return " ".join(cell(part) if isinstance(part, str) else " ".join(map(str, part.values()))
                        for part in value) or "-"  # fmt: skip
    return "-" if value is None else str(value)


def row(*values: Any) -> str:
    """Return the values as one row of a Markdown table."""
    return "| " + " | ".join(map(cell, values)) + " |"


def rows(part: dict[str, Any]) -> Iterator[str]:
    """Yield exactly the rows that a section of README.md must contain."""
    for customer, values in part.get("scores", {}).items():
        yield row(customer, *values.values())
    tables = part.get("abc", {})
    for method, table in tables.items():
        yield row(method, table["n"], table["total"], table["gini"], table["excluded"])
    for method, table in tables.items():
        yield from (row(method, *one.values()) for one in table["classes"])
    if "ladder" in part:
        steps = part["ladder"]
        yield row("total", steps["n"], steps["revenue"], steps["excluded"])
        yield from (row(*rung.values()) for rung in steps["rungs"])
    if "index" in part:
        yield row("plain index", *part["index"].values())
    yield from (row(*move.values()) for move in part.get("moves", []))


def rows_of(section: str) -> list[str]:
    """Return the rows of the tables of a section, without the header rows."""
    lines = section.splitlines()
    below = [*lines[1:], ""]
    return [
        line
        for line, next_line in zip(lines, below, strict=True)
        if line.startswith("| ") and not next_line.startswith("|---")
    ]


def differing_sections(expected: dict[str, Any]) -> Iterator[str]:
    """Yield each section of README.md whose rows differ from expected.json."""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in readme.split("\n## ")[1:])
    parts = {f"As of {day}": part for day, part in expected["as_of"].items()}
    parts |= {f"Moves from {part['from']} to {part['to']}": part for part in expected["moves"]}
    for part in expected["midway"]:
        parts[f"Midway after {part['after_steps']} steps, as of {part['as_of']}"] = part
    for title, part in parts.items():
        if list(rows(part)) != rows_of(sections.get(title, "")):
            yield f"README.md, {title}: the tables are not those of expected.json"


def found_figures(expected: dict[str, Any]) -> dict[str, Any]:
    """Compute everything that expected.json contains."""
    steps = json.loads((HERE / "ledger.json").read_text(encoding="utf-8"))
    items = json.loads((HERE / "questionnaire.json").read_text(encoding="utf-8"))["items"]
    records = read(steps, items)
    days = {day: figures(records, date.fromisoformat(day)) for day in expected["as_of"]}
    between = [
        {**part, "moves": moves(days[part["from"]], days[part["to"]])} for part in expected["moves"]
    ]
    halfway = [midway(steps, items, part) for part in expected["midway"]]
    return {**expected, "as_of": days, "moves": between, "midway": halfway}


def main() -> int:
    """Print every difference; return 0 if there is none."""
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    found = [*differences(expected, found_figures(expected)), *differing_sections(expected)]
    agreed = "ledger.json, expected.json and README.md agree"
    sys.stdout.write("\n".join(sorted(found) or [agreed]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
