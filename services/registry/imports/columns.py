"""Which fields each entity has in a file, for the work and for the document."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from services.registry.imports import domain, orders, records
from services.registry.imports.domain import Columns, Entity, Field, Options
from shared.errors import Invalid


def fields_of(entity: Entity, timezone: str) -> Mapping[str, Field]:
    """Tell what a line can say of an entity."""
    if entity is Entity.ORDERS:
        return orders.fields(ZoneInfo(timezone))
    return records.CUSTOMER_FIELDS if entity is Entity.CUSTOMERS else records.PRODUCT_FIELDS


def columns_of(
    entity: Entity, header: Sequence[str], mapping: Mapping[str, str], options: Options
) -> Columns:
    """Find the fields of an entity in a header; Invalid says what does not fit."""
    fields = fields_of(entity, options.timezone)
    if faults := domain.faults_of_columns(header, mapping, fields):
        raise Invalid(*faults, detail="This file cannot be imported so.")
    return domain.columns(header, mapping, fields)


def described() -> str:
    """List the columns of each entity in Markdown."""
    return "\n".join(_described())


def _described() -> Iterator[str]:
    for entity in Entity:
        yield f"\n**Columns of {entity}**\n"
        for name, field in fields_of(entity, "UTC").items():
            needed = " (needed)" if field.required else ""
            yield f"- `{name}`{needed}: {field.meaning}. Written: {field.cell.written}."
