"""What a file may say and how its cells are read. Pure; reading a cell again costs a look-up."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from shared.files.cells import dashed, is_formula
from shared.money import CURRENCIES, parse_exact

Reader = Callable[[str], Any]
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_CODE = 100
LONGEST_NAME = 200
MOST_DAYS = 36_500


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
    header: Sequence[str],
    mapping: Mapping[str, str],
    *,
    readers: Mapping[str, Reader],
    required: Collection[str],
) -> Columns:
    """Find the fields in a header; ValueError says which are missing, double or unknown."""
    strange = sorted(set(mapping.values()) - set(readers)) + sorted(set(mapping) - set(header))
    if strange:
        raise ValueError(f"The mapping names what is not there: {', '.join(strange)[:300]}.")
    named = [mapping.get(name, name) for name in header]
    double = sorted({name for name in named if name in readers and named.count(name) > 1})
    if double:
        raise ValueError(f"Two columns mean the same: {', '.join(double)}.")
    missing = sorted(set(required) - set(named))
    if missing:
        raise ValueError(f"Columns are missing: {', '.join(missing)}. Map them or name them so.")
    found = [
        Column(name, at, readers[name], name in required)
        for at, name in enumerate(named)
        if name in readers
    ]
    return Columns(found, [header[at] for at, name in enumerate(named) if name not in readers])


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


def choice(kind: type[Choice]) -> Callable[[str], Choice]:
    """Make the reader of one of several codes."""
    codes = {str(one): one for one in kind}

    def read(text: str) -> Choice:
        try:
            return codes[text]
        except KeyError:
            raise ValueError(f"Give one of {', '.join(codes)}.") from None

    return read
