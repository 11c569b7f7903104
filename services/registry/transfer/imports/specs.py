"""The entities (kinds of records) that can be imported: customers, products and orders.

Every module `importing` of the registry declares one entity by a constant `SPEC`, which
`shared/imports/specs.py` describes. The dict `SPECS` collects these constants.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from graphlib import TopologicalSorter
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services import registry
from shared.imports.columns import ColumnMapping
from shared.imports.layout import Layout, find_layout
from shared.imports.placeholders import PLACEHOLDERS
from shared.imports.specs import ImportSpec, RecordSpec
from shared.imports.times import DateFormat, TimeFormat
from shared.packages import module_names


def collect_specs() -> dict[str, ImportSpec[Any]]:
    """Return the specs by entity; an entity comes after the entities that it refers to."""
    modules = map(import_module, module_names(registry, "importing"))
    specs: dict[str, ImportSpec[Any]] = {module.SPEC.entity: module.SPEC for module in modules}
    graph = {entity: spec.refers_to for entity, spec in specs.items()}
    return {entity: specs[entity] for entity in TopologicalSorter(graph).static_order()}


SPECS: Mapping[str, ImportSpec[Any]] = collect_specs()

if TYPE_CHECKING:  # type checkers do not support computed members
    ImportEntity = str
else:
    ImportEntity = StrEnum("ImportEntity", {entity.upper(): entity for entity in SPECS})
    ImportEntity.__doc__ = "The kind of records that a file contains."


def layout_of(
    entity: str, header: Sequence[str], mapping: ColumnMapping, options: Mapping[str, Any]
) -> Layout:
    """Find the columns of an entity in a header; raise Invalid if the header does not fit."""
    date_format = DateFormat(options.get("date_format", DateFormat.YEAR_FIRST))
    times = TimeFormat(ZoneInfo(options["timezone"]), date_format)
    placeholders = options.get("placeholders", PLACEHOLDERS)
    return find_layout(SPECS[entity].fields(times), header, mapping, placeholders)


def description_of_files() -> str:
    """Return Markdown that describes the files of each entity: their columns and their lines."""
    return "\n".join(_description_lines())


def join_words(conjunction: str, entities: Sequence[str] = tuple(SPECS)) -> str:
    """Join entities, by default all, as in a sentence: `customers, products or orders`."""
    *others, last = entities
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def _description_lines() -> Iterator[str]:
    """Yield the paragraphs about all entities, then a list of the columns of each entity."""
    records = [entity for entity, spec in SPECS.items() if isinstance(spec, RecordSpec)]
    yield f"**{join_words('and', records).capitalize()}.** {_ABOUT_RECORDS}"
    yield from (spec.about for spec in SPECS.values() if spec.about)
    for entity, spec in SPECS.items():
        yield f"\n**Columns of {entity}**\n"
        for name, field in spec.fields(TimeFormat(ZoneInfo("UTC"))).items():
            needed = " (needed)" if field.required else ""
            yield f"- `{name}`{needed}: {field.meaning}. Written: {field.cell.format}."


_ABOUT_RECORDS = """Each line is one record. A missing column or a blank cell leaves the stored
value unchanged, so a file cannot remove a value. Lines are applied one after the other: if several
lines name the same record, by the same id or by different ids, the later line wins.
"""
