"""What a file may say and how its cells are read. Pure; reading a cell again costs a look-up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from shared.files.cells import is_formula
from shared.money import CURRENCIES, parse_exact

Value = TypeVar("Value")

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


REQUIRED: Mapping[Entity, frozenset[str]] = {
    Entity.CUSTOMERS: frozenset({"external_id", "name"}),
    Entity.PRODUCTS: frozenset({"code", "name"}),
    Entity.ORDERS: frozenset({"order_id", "ordered_at", "product_code", "quantity", "unit_price"}),
}
OPTIONAL: Mapping[Entity, frozenset[str]] = {
    Entity.CUSTOMERS: frozenset(
        {"name_en", "kind", "nature", "ownership", "retail_format", "city", "owner", "team"}
        | {"email", "phone", "internal", "disqualified", "tags"}
    ),
    Entity.PRODUCTS: frozenset(
        {"category", "unit_price", "currency", "lifetime_days", "purchase_cycle_days"}
    ),
    Entity.ORDERS: frozenset(
        {"customer_external_id", "anonymous_reference", "product_name", "currency", "discount"}
        | {"unit_cost", "promised_on", "delivered_on", "faulty"}
    ),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a line each field stands; `ignored` are the columns that mean nothing here."""

    places: Mapping[str, int]
    ignored: Sequence[str]


def columns(header: Sequence[str], mapping: Mapping[str, str], entity: Entity) -> Columns:
    """Find the fields in a header; ValueError says which are missing, double or unknown."""
    known = REQUIRED[entity] | OPTIONAL[entity]
    strange = sorted(set(mapping.values()) - known) + sorted(set(mapping) - set(header))
    if strange:
        raise ValueError(f"The mapping names what is not there: {', '.join(strange)[:300]}.")
    named = [mapping.get(name, name) for name in header]
    double = sorted({name for name in named if name in known and named.count(name) > 1})
    if double:
        raise ValueError(f"Two columns mean the same: {', '.join(double)}.")
    missing = sorted(REQUIRED[entity] - set(named))
    if missing:
        raise ValueError(f"Columns are missing: {', '.join(missing)}. Map them or name them so.")
    places = {name: at for at, name in enumerate(named) if name in known}
    return Columns(places, [header[at] for at, name in enumerate(named) if name not in known])


@dataclass(slots=True)
class Cells:
    """The cells of one line by field, and what was found wrong while reading them."""

    columns: Columns
    values: Sequence[str]
    faults: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Give a cell without the blanks around it; empty if the column is absent."""
        place = self.columns.places.get(name)
        return "" if place is None else self.values[place].strip()

    def read(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        """Read a cell that may be empty; note what is wrong with it."""
        text = self.get(name)
        return self._read(name, text, reader) if text else None

    def need(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        """Read a cell that must not be empty; note what is wrong with it."""
        text = self.get(name)
        if not text:
            self.faults.append(f"{name}: give a value.")
            return None
        return self._read(name, text, reader)

    def _read(self, name: str, text: str, reader: Callable[[str], Value]) -> Value | None:
        try:
            return reader(text)
        except ValueError as error:
            self.faults.append(f"{name}: {error}")
            return None


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
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError("Give a day as 2026-01-31.") from None


@lru_cache(maxsize=65_536)
def moment(text: str, zone: ZoneInfo) -> tuple[datetime, date]:
    """Read a time, without offset as local to `zone`; give it in UTC, and its day in `zone`."""
    try:
        read = datetime.fromisoformat(text)
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
