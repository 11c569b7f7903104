"""What cells of tables have in common, whatever they mean."""

import re

_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would compute this cell; such a cell is never taken as a value."""
    return cell.startswith(("=", "@"))


def dashed(text: str) -> str:
    """Write 2026/2/20 9:05, as spreadsheets in China have it, in the standard way."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
