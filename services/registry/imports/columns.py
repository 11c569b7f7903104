"""Which fields each entity has in a file."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from services.registry.imports import domain, orders, records
from services.registry.imports.domain import Columns, Entity, Options
from shared.errors import Fault, Invalid


def columns_of(
    entity: Entity, header: Sequence[str], mapping: Mapping[str, str], options: Options
) -> Columns:
    """Find the fields of an entity in a header; Invalid says what does not fit."""
    readers, required = {
        Entity.CUSTOMERS: (records.CUSTOMER_READERS, records.CUSTOMER_REQUIRED),
        Entity.PRODUCTS: (records.PRODUCT_READERS, records.PRODUCT_REQUIRED),
        Entity.ORDERS: (orders.readers(ZoneInfo(options.timezone)), orders.REQUIRED),
    }[entity]
    try:
        return domain.columns(header, mapping, readers=readers, required=required)
    except ValueError as error:
        raise Invalid(Fault("/file", "columns", str(error))) from error
