"""Cursors: texts that contain the sort key of the last row of a page (keyset pagination)."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Integer, SmallInteger, tuple_
from sqlalchemy.types import TypeEngine

from shared.errors import Fault, Invalid
from shared.http.faults import CURSOR

_PARSERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: lambda text: _in_utc(datetime.fromisoformat(text)),
    date: date.fromisoformat,
    Decimal: Decimal,
}
_NUMBERS = (int, float, Decimal)
_LARGEST_SCALE = 1000


def encode(key: Sequence[Any], list_name: str) -> str:
    """Return the cursor that contains this sort key.

    `list_name` is the path, sort and filters of the list: `decode` refuses a cursor for others.
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
    if not _can_be_compared(column_type, value):
        raise ValueError
    return value


def _can_be_compared(column_type: TypeEngine[Any], value: Any) -> bool:
    """Return whether the database compares a value, which has the type of its column.

    PostgreSQL refuses NUL in text, and numbers that are too large or too long.
    """
    if isinstance(value, str):
        return "\x00" not in value
    if type(value) not in _NUMBERS:
        return True
    has_small_scale = not isinstance(value, Decimal) or _scale(value) < _LARGEST_SCALE
    return bool(abs(value) < 2 ** _bits(column_type) and has_small_scale)


def _bits(column_type: TypeEngine[Any]) -> int:
    """Return the number of bits of the greatest number that a column of this type is compared to.

    A number that is not an integer has the limit of the largest integers.
    """
    if isinstance(column_type, SmallInteger):
        return 15
    if isinstance(column_type, Integer) and not isinstance(column_type, BigInteger):
        return 31
    return 63


def _scale(number: Decimal) -> int:
    """Return the number of digits behind the point of a decimal; ValueError if not finite."""
    exponent = number.as_tuple().exponent
    return -int(exponent)


def _in_utc(time: datetime) -> datetime:
    """Return a time in UTC, and a time without an offset as it is.

    Raises OverflowError if the year in UTC is not from 1 to 9999: databases store times in UTC.
    """
    return time if time.tzinfo is None else time.astimezone(UTC)


def _list_digest(list_name: str) -> str:
    """Return eight characters by which a cursor names its list."""
    return hashlib.sha256(list_name.encode()).hexdigest()[:8]


def _bad_cursor() -> Invalid:
    return Invalid(Fault("query:cursor", CURSOR))
