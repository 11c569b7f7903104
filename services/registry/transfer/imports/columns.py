"""Which fields each entity has in a file, for the work and for the document."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from services.registry.transfer.imports import orders, records
from services.registry.transfer.imports.domain import Entity, Field, Layout
from shared.imports.columns import ColumnMapping, match_columns


def fields_of(entity: Entity, timezone: str) -> Mapping[str, Field]:
    """Tell what a line can say of an entity."""
    if entity is Entity.ORDERS:
        return orders.fields(ZoneInfo(timezone))
    return records.CUSTOMER_FIELDS if entity is Entity.CUSTOMERS else records.PRODUCT_FIELDS


def layout_of(
    entity: Entity, header: Sequence[str], mapping: ColumnMapping, timezone: str
) -> Layout:
    """Find the fields of an entity in a header; Invalid says what does not fit."""
    fields = fields_of(entity, timezone)
    required = [name for name, field in fields.items() if field.required]
    return Layout(match_columns(header, mapping, fields, required), fields)


def described() -> str:
    """List the columns of each entity in Markdown."""
    return "\n".join(_described())


def _described() -> Iterator[str]:
    for entity in Entity:
        yield f"\n**Columns of {entity}**\n"
        for name, field in fields_of(entity, "UTC").items():
            needed = " (needed)" if field.required else ""
            yield f"- `{name}`{needed}: {field.meaning}. Written: {field.cell.written}."
