"""Cursors: texts that contain the sort key of the last row of a page (keyset pagination)."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import tuple_
from sqlalchemy.types import TypeEngine

from shared.errors import Fault, Invalid
from shared.http.faults import CURSOR

_PARSERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}
_NUMBERS = (int, float, Decimal)


def encode(key: Sequence[Any], list_name: str) -> str:
    """Return the cursor that contains this sort key.

    `list_name` is the path and order of the list: `decode` refuses a cursor for any other.
    """
    content = orjson.dumps([_list_digest(list_name), *key], default=str)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode(cursor: str, list_name: str) -> list[Any]:
    """Return the sort key in a cursor; raises Invalid if it is not a cursor of this list."""
    try:
        content = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error
    if not isinstance(content, list) or content[:1] != [_list_digest(list_name)]:
        raise _bad_cursor()
    return content[1:]


def is_after(columns: Sequence[Any], after: Sequence[Any], *, descending: bool) -> Any:
    """Return the SQL condition for the rows that follow the sort key `after` of a cursor.

    Raises Invalid if a value of the key is not of the type of its column.
    """
    types = [column.type for column in columns]
    try:
        values = [_column_value(type_, value) for type_, value in zip(types, after, strict=True)]
    except (ArithmeticError, LookupError, ValueError) as error:
        raise _bad_cursor() from error
    key = tuple_(*values, types=types)
    return tuple_(*columns) < key if descending else tuple_(*columns) > key


def _column_value(column_type: TypeEngine[Any], value: Any) -> Any:
    """Return a value of a cursor as the Python type of its column; raises ValueError."""
    python_type = column_type.python_type
    if isinstance(value, str) and python_type is not str:
        value = _PARSERS[python_type](value)
    has_offset = getattr(value, "tzinfo", None) is not None
    if type(value) is not python_type or has_offset is not getattr(column_type, "timezone", False):
        raise ValueError
    if "\x00" in str(value) or (python_type in _NUMBERS and not abs(value) < 2**63):
        raise ValueError
    return value


def _list_digest(list_name: str) -> str:
    """Return eight characters by which a cursor names its list."""
    return hashlib.sha256(list_name.encode()).hexdigest()[:8]


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", CURSOR))
