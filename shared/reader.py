"""Who reads, and whose customers they see: every repository of customers' things takes one."""

from dataclasses import dataclass
from enum import StrEnum


class Rows(StrEnum):
    """Whose customers a caller sees."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader sees all rows, those of their team, or those they own."""

    subject: str
    rows: Rows
    team: str | None = None


EVERYTHING = Reader("system", Rows.ALL)
"""The reader that workers are: they serve nobody in particular."""
