"""Row access: each caller sees only the customers that their key allows (promise P7).

Every repository function that returns customers, or rows that belong to customers, takes a
`Reader`: the caller and the rows that the caller may see.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, overload
from uuid import UUID, uuid5

from shared.texts import normalise

_NAMESPACE = UUID("6f1c3c0a-58a4-5d0e-9b7e-2f4d8a1c7e35")


class Rows(StrEnum):
    """The customers that a caller sees: all, those of the caller's team, or those they own."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """A caller (`subject`), and the rows that this caller may see.

    `user` and `team` are the ids of the user and the team of the caller's API key.
    """

    subject: str
    rows: Rows
    team: str | None = None
    user: str | None = None

    @property
    def owner(self) -> str:
        """The owner of the reader's own customers: its user, or its own id if it has no user."""
        return self.user or self.subject


SYSTEM_READER = Reader("system", Rows.ALL)
"""The reader of workers and commands, which act for no caller and see all rows."""


def visible_rows(reader: Reader, *, owner: Any, team: Any) -> tuple[Any, ...]:
    """Return the SQL conditions, none or one, that limit a statement to rows visible to a reader.

    `owner` and `team` are the columns that have the owner and the team of a row.
    """
    if reader.rows is Rows.OWN:
        return (owner == reader.owner,)
    return (team == reader.team,) if reader.rows is Rows.TEAM else ()


@overload
def user_id_of(text: str) -> str: ...
@overload
def user_id_of(text: None) -> None: ...
@overload
def user_id_of(text: str | None) -> str | None: ...
def user_id_of(text: str | None) -> str | None:
    """Return the id of the user whom a text names as the owner of a customer; None for no owner.

    An id is returned in its usual form. Earlier releases had names instead of ids; every service
    computes the same id from the same name, in whatever spelling it was stored or published.
    """
    return _id_of("user", text)


@overload
def team_id_of(text: str) -> str: ...
@overload
def team_id_of(text: None) -> None: ...
@overload
def team_id_of(text: str | None) -> str | None: ...
def team_id_of(text: str | None) -> str | None:
    """Return the id of the team that a text names; see `user_id_of`."""
    return _id_of("team", text)


def canonical_id(text: str) -> str | None:
    """Return a UUID in its usual form, lower case with hyphens; None if the text is no UUID."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _id_of(kind: str, text: str | None) -> str | None:
    """Return a UUID in its usual form, or the id that belongs to another text for ever."""
    if text is None:
        return None
    name = f"{kind}:{normalise(text).strip()}"
    return canonical_id(text) or str(uuid5(_NAMESPACE, name))
