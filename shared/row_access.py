"""Row access: each caller sees only the customers that their key allows (promise P7).

Every repository function that returns customers, or rows that belong to customers, takes a
`Reader`: the caller and the rows that the caller may see.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Rows(StrEnum):
    """The customers that a caller sees: all, those of the caller's team, or those they own."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """A caller (`subject`), and the rows that this caller may see."""

    subject: str
    rows: Rows
    team: str | None = None


SYSTEM_READER = Reader("system", Rows.ALL)
"""The reader of workers and commands, which act for no caller and see all rows."""


def visible_rows(reader: Reader, *, owner: Any, team: Any) -> tuple[Any, ...]:
    """Return the SQL conditions, none or one, that limit a statement to rows visible to a reader.

    `owner` and `team` are the columns that have the owner and the team of a row.
    """
    if reader.rows is Rows.OWN:
        return (owner == reader.subject,)
    return (team == reader.team,) if reader.rows is Rows.TEAM else ()
