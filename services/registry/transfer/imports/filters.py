"""The query parameters that filter the list of imports."""

from pydantic import Field

from shared.imports import filters


class ImportFilter(filters.ImportFilter):
    """Filters of the list of imports; an import must match every filter that is given."""

    entity: str | None = Field(
        None, max_length=20, description="Imports of this kind of records.", examples=["orders"]
    )
