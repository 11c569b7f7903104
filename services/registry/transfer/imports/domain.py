"""What a file tells of, how it is to be read, and what a line of it can say. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.registry.transfer.imports.cells import Cell
from shared.files.tables import Line
from shared.imports.columns import Columns


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


OPTIONS: Mapping[str, Collection[Entity]] = {
    "system": (Entity.CUSTOMERS, Entity.ORDERS),
    "create_customers": (Entity.ORDERS,),
    "currency": (Entity.PRODUCTS, Entity.ORDERS),
    "timezone": (Entity.ORDERS,),
    "encoding": tuple(Entity),
    "return_prefix": (Entity.ORDERS,),
    "strip_suffix": (Entity.CUSTOMERS, Entity.ORDERS),
    "mode": tuple(Entity),
}
"""Files of what each option is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is to be read; a currency that is not `currency_given` is the company's."""

    system: str | None
    create_customers: bool = False
    currency: str
    currency_given: bool = False
    timezone: str
    encoding: str | None = None
    return_prefix: str | None = None
    strip_suffix: str | None = None
    mode: Mode = Mode.UPSERT

    def customer_id(self, written: str) -> str:
        """Take the suffix off the id of a customer; ValueError where nothing is left of it."""
        left = written.removesuffix(self.strip_suffix or "").strip()
        if not left:
            raise ValueError("Give an id of which options.strip_suffix leaves something.")
        return left

    def forbids(self, *, known: bool) -> str | None:
        """Tell why a line is not taken by what is on record of what it names."""
        if self.mode is Mode.INSERT and known:
            return "It is on record already, and the mode is insert."
        if self.mode is Mode.UPDATE and not known:
            return "It is not on record, and the mode is update."
        return None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not taken, and why."""

    line: Line
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Field:
    """What a line can say of a thing; `meaning` is for people."""

    cell: Cell
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of an entity stand in a file, and how their cells are read."""

    columns: Columns
    fields: Mapping[str, Field]

    def read(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """Read one line: the values that are there by field, and what is wrong."""
        values: dict[str, Any] = {}
        faults: list[str] = []
        for name, place in self.columns.positions.items():
            text = cells[place].strip()
            if text:
                try:
                    values[name] = self.fields[name].cell.read(text)
                except ValueError as error:
                    faults.append(self.columns.fault(name, str(error)))
            elif self.fields[name].required:
                faults.append(self.columns.fault(name, "Give a value."))
        return values, faults
