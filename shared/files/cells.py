"""What cells of tables have in common, whatever they mean."""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.clock import to_utc

_SLASHED = re.compile(
    r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
_STANDARD = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_COMPUTED = ("=", "@")


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would compute this cell; such a cell is never taken as a value.

    Neither is one that a file of errors gave back with an apostrophe.
    """
    return cell.lstrip().removeprefix("'").lstrip().startswith(_COMPUTED)


def inert(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute, so that it is text there."""
    return f"'{cell}" if cell.lstrip().startswith(_COMPUTED) else cell


def dashed(text: str) -> str:
    """Write 2026/2/20 9:05, as spreadsheets in China have it, in the standard way."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def read_written(text: str, wanted: str) -> datetime:
    """Read a day or time, with an offset only if it has one.

    ValueError says what is `wanted`, or that the form is right and there is no such day or time.
    """
    standard = dashed(text)
    if not _STANDARD.fullmatch(standard):
        raise ValueError(wanted)
    try:
        return datetime.fromisoformat(standard)
    except ValueError:
        raise ValueError("There is no such day or time.") from None


@lru_cache(maxsize=65_536)
def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment as files have it, in UTC; one without offset is local. ValueError if none."""
    moment = read_written(text, "Give a time as 2026-01-31 09:30:00 or 2026/1/31 9:30.")
    return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
