"""Whose rows a reader sees, as a condition of a statement (promise P7)."""

from typing import Any

from sqlalchemy import ColumnElement, true

from shared.reader import Reader, Rows


def seen_by(reader: Reader, *, owner: Any, team: Any) -> ColumnElement[bool]:
    """Match what the reader may see, by the columns that name a row's owner and team."""
    if reader.rows is Rows.OWN:
        mine: ColumnElement[bool] = owner == reader.subject
        return mine
    return team == reader.team if reader.rows is Rows.TEAM else true()
