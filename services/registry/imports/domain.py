"""What a file may say and how its cells are read. Pure; reading a cell again costs a look-up."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from shared.errors import Fault
from shared.files.cells import dashed, is_formula
from shared.money import CURRENCIES, parse_exact

Reader = Callable[[str], Any]
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_CODE = 100
LONGEST_NAME = 200
MOST_DAYS = 36_500
_MOST_FAULTS = 100
_SHOWN = 200


class Entity(StrEnum):
    """What a file tells of."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    ORDERS = "orders"


class Mode(StrEnum):
    """What may happen to what a line names: upsert both, insert only new, update only known."""

    UPSERT = "upsert"
    INSERT = "insert"
    UPDATE = "update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is to be read."""

    system: str = "import"
    create_customers: bool = False
    currency: str
    timezone: str
    encoding: str | None = None
    return_prefix: str | None = None
    strip_suffix: str | None = None
    mode: Mode = Mode.UPSERT


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell: how it is read, and for people how it is written."""

    read: Reader
    written: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a line can say of a thing; `meaning` is for people."""

    cell: Cell
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field stands in a line, and how its cell is read."""

    field: str
    place: int
    read: Reader
    required: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of a file; `ignored` are the columns that mean nothing here."""

    found: Sequence[Column]
    ignored: Sequence[str]

    def place(self, name: str) -> int | None:
        """Tell where a field stands."""
        return next((column.place for column in self.found if column.field == name), None)

    def read(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """Read one line: the values that are there by field, and what is wrong."""
        values: dict[str, Any] = {}
        faults: list[str] = []
        for column in self.found:
            text = cells[column.place].strip()
            if text:
                try:
                    values[column.field] = column.read(text)
                except ValueError as error:
                    faults.append(f"{column.field}: {error}")
            elif column.required:
                faults.append(f"{column.field}: give a value.")
        return values, faults


def columns(
    header: Sequence[str], mapping: Mapping[str, str], fields: Mapping[str, Field]
) -> Columns:
    """Find the fields in a header that has no faults."""
    named = [mapping.get(name, name) for name in header]
    found = [
        Column(name, at, fields[name].cell.read, fields[name].required)
        for at, name in enumerate(named)
        if name in fields
    ]
    return Columns(found, [header[at] for at, name in enumerate(named) if name not in fields])


def faults_of_columns(
    header: Sequence[str], mapping: Mapping[str, str], fields: Mapping[str, Field]
) -> list[Fault]:
    """Tell what makes a file impossible to import before any line of it is read."""
    read = _shortened(", ".join(header))
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        message = f"Separate cells by commas; the header was read as one cell: {read}"
        return [Fault("/file", "separator", message)]
    faults = []
    for column, field in mapping.items():
        pointer = "/mapping/" + column.replace("~", "~0").replace("/", "~1")
        if column not in header:
            message = f"The file has no column of this name. Its header is: {read}"
            faults.append(Fault(pointer, "unknown_column", message))
        if field not in fields:
            message = f"Map it to one of {', '.join(fields)}."
            faults.append(Fault(pointer, "unknown_field", message))
    named = [mapping.get(name, name) for name in header]
    faults += [
        Fault("/mapping", "mapped_twice", f"Two columns mean the same: {field}.")
        for field in fields
        if named.count(field) > 1
    ]
    missing = [name for name, field in fields.items() if field.required and name not in named]
    if missing:
        message = f"Name or map columns for {', '.join(missing)}. The header is: {read}"
        faults.append(Fault("/file", "missing_columns", message))
    return faults[:_MOST_FAULTS]


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."


def _text(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"Give at most {longest} characters.")
    if "\x00" in text:
        raise ValueError("Leave out the character NUL.")
    if is_formula(text):
        raise ValueError("Give the value, not a formula.")
    return text


@lru_cache(maxsize=65_536)
def code(text: str) -> str:
    """Read a code."""
    return _text(text, LONGEST_CODE)


@lru_cache(maxsize=65_536)
def name(text: str) -> str:
    """Read a name."""
    return _text(text, LONGEST_NAME)


@lru_cache(maxsize=65_536)
def exact(text: str) -> Decimal:
    """Read an exact number."""
    return parse_exact(text)


@lru_cache(maxsize=1024)
def currency(text: str) -> str:
    """Read an ISO 4217 code."""
    if text not in CURRENCIES:
        raise ValueError("Give an ISO 4217 code such as CNY.")
    return text


@lru_cache(maxsize=65_536)
def day(text: str) -> date:
    """Read a day as 2026-01-31; a time of day after it is dropped."""
    try:
        return datetime.fromisoformat(dashed(text)).date()
    except ValueError:
        raise ValueError("Give a day as 2026-01-31.") from None


@lru_cache(maxsize=65_536)
def moment(text: str, zone: ZoneInfo) -> tuple[datetime, date]:
    """Read a time, without offset as local to `zone`; give it in UTC, and its day in `zone`."""
    try:
        read = datetime.fromisoformat(dashed(text))
        local = read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(zone)
        return local.astimezone(UTC), local.date()
    except (ValueError, OverflowError):
        raise ValueError("Give a time as 2026-01-31 09:30:00.") from None


_YES_NO = {"true": True, "1": True, "yes": True, "是": True} | dict.fromkeys(
    ["false", "0", "no", "否"], False
)


def flag(text: str) -> bool:
    """Read yes or no."""
    try:
        return _YES_NO[text.lower()]
    except KeyError:
        raise ValueError("Give true or false.") from None


def days(text: str) -> int:
    """Read a number of days."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST_DAYS:
        raise ValueError(f"Give a whole number of days from 1 to {MOST_DAYS}.")
    return int(text)


def choice(kind: type[Choice]) -> Cell:
    """Make the kind of cell that has one of several codes."""
    codes = {str(one): one for one in kind}

    def read(text: str) -> Choice:
        try:
            return codes[text]
        except KeyError:
            raise ValueError(f"Give one of {', '.join(codes)}.") from None

    return Cell(read, " or ".join(f"`{one}`" for one in codes))


def time_in(zone: ZoneInfo) -> Cell:
    """Make the kind of cell that has a time, without offset local to a zone."""
    return Cell(
        partial(moment, zone=zone),
        "`2026-01-31 09:30:00` or `2026/1/31 9:30`, also with an offset as in "
        "`2026-01-31T09:30:00+08:00`; a day alone is its first moment",
    )


CODE = Cell(code, f"text of at most {LONGEST_CODE} characters")
NAME = Cell(name, f"text of at most {LONGEST_NAME} characters")
EXACT = Cell(exact, "digits with an optional point, such as `2599.00`; no `,` and no sign of money")
CURRENCY = Cell(currency, "ISO 4217 code, such as `CNY`")
DAY = Cell(day, "`2026-01-31`, `2026/1/31` or `2026.1.31`; a time of day after it is dropped")
FLAG = Cell(
    flag,
    " or ".join(
        f"{meant} ({', '.join(f'`{text}`' for text, value in _YES_NO.items() if value is truth)})"
        for meant, truth in (("yes", True), ("no", False))
    ),
)
DAYS = Cell(days, f"whole number from 1 to {MOST_DAYS}")
