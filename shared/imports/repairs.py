"""Repair the cells of a file before they are parsed, and count the repairs by their kind. Pure.

The counts are in the answer of the import, so that nothing in a file is changed silently.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from shared.files.cells import unescape
from shared.files.tables import Line
from shared.texts import normalise

MAX_FIRST_LINES = 10
"""Greatest number of lines that are named for each kind of repair."""


class RepairKind(StrEnum):
    """The kinds of repairs in cells."""

    APOSTROPHE = "apostrophe"
    FORMAT_CHARACTERS = "format_characters"
    UNICODE_FORM = "unicode_form"
    ROUNDED_NUMBER = "rounded_number"


def repair(text: str) -> tuple[str, list[RepairKind]]:
    """Return the text of a cell without blanks around it, repaired, and the kinds of its repairs.

    An apostrophe that exporters add is removed, and the text is brought to NFC and freed of format
    characters. At most one apostrophe is removed; it may be behind a format character.
    """
    stripped = text.strip()
    unescaped = unescape(stripped)
    normal = normalise(unescaped)
    if normal == stripped:
        return stripped, []
    normal = normal.strip()
    kinds = _kinds_of_changes(unescaped, normal)
    result = normal if unescaped != stripped else unescape(normal)
    if unescaped != stripped or result != normal:
        kinds.insert(0, RepairKind.APOSTROPHE)
    return result, kinds


def repair_line(
    line: Line, positions: Mapping[str, int]
) -> tuple[dict[str, str], list[RepairKind]]:
    """Return the repaired text of each field of a line, and the kinds of the repairs.

    `positions` has the index of each field's cell. A blank cell has an empty text. A kind is
    repeated for each cell that was repaired so.
    """
    cells = line.cells
    texts = {field: cells[position].strip() for field, position in positions.items()}
    repairs: list[RepairKind] = []
    for field, text in texts.items():
        if not text.isascii() or text[:1] == "'":  # nothing else needs a repair
            texts[field], kinds = repair(text)
            repairs += kinds
    if line.rounded:
        used = set(positions.values()).intersection(line.rounded)
        repairs += [RepairKind.ROUNDED_NUMBER] * len(used)
    return texts, repairs


def add_repairs(
    counted: Iterable[Mapping[str, Any]], repairs_by_line: Mapping[int, Sequence[RepairKind]]
) -> list[dict[str, Any]]:
    """Return the counts of repairs with those of further lines added, in the order of the kinds.

    `repairs_by_line` has the kinds of the repairs of each line by its number. A count is a dict of
    `kind`, `count` (the number of cells) and `first_lines` (the smallest numbers of lines).
    """
    before = {each["kind"]: each for each in counted}
    after = list[dict[str, Any]]()
    for kind in RepairKind:
        earlier = before.get(kind, {"count": 0, "first_lines": []})
        added = {line: n for line, kinds in repairs_by_line.items() if (n := kinds.count(kind))}
        lines = sorted({*earlier["first_lines"], *added})[:MAX_FIRST_LINES]
        if lines:
            count = earlier["count"] + sum(added.values())
            after.append({"kind": kind, "count": count, "first_lines": lines})
    return after


def _kinds_of_changes(text: str, normal: str) -> list[RepairKind]:
    """Return the kinds of the repairs by which a text became its normal form."""
    composed = unicodedata.normalize("NFC", text)
    kinds = []
    if normal != composed.strip():
        kinds.append(RepairKind.FORMAT_CHARACTERS)
    if composed != text:
        kinds.append(RepairKind.UNICODE_FORM)
    return kinds
