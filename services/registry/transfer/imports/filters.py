"""The query parameters that filter the list of imports."""

from pydantic import Field

from shared.http.parameters import TextFilter
from shared.imports import filters


class ImportFilter(filters.ImportFilter):
    """Filters of the list of imports; an import must match every filter that is given."""

    entity: TextFilter | None = Field(
        None, description="Imports of this kind of records.", examples=["orders"]
    )
