"""Row access: which customers' rows a caller may see (promise P7).

Every repository function that returns customers, or what belongs to them, takes a `Reader`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Rows(StrEnum):
    """The customers that a caller sees: all, those of their team, or those that they own."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """A caller, and the rows that they may read."""

    subject: str
    rows: Rows
    team: str | None = None


SYSTEM_READER = Reader("system", Rows.ALL)
"""The reader of workers and commands, which act for no caller and see all rows."""


def visible_rows(reader: Reader, *, owner: Any, team: Any) -> tuple[Any, ...]:
    """Return the conditions, none or one, that limit a statement to what the reader may see.

    `owner` and `team` are the columns that name a row's owner and team.
    """
    if reader.rows is Rows.OWN:
        return (owner == reader.subject,)
    return (team == reader.team,) if reader.rows is Rows.TEAM else ()
