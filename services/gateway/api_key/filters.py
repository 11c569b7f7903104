"""The query parameters that filter the list of API keys."""

from pydantic import Field

from shared.http.parameters import ColleagueFilter, CreatedFilter
from shared.row_access import Rows


class ApiKeyFilter(CreatedFilter):
    """Filters of the list of API keys; a key must match every filter that is given."""

    rows: Rows | None = Field(None, description="Keys that see these rows.")
    team: ColleagueFilter | None = Field(None, description="Keys of the team with this id.")
    user: ColleagueFilter | None = Field(None, description="Keys of the user with this id.")
    revoked: bool | None = Field(
        None,
        description="Only keys that were revoked (true), or only those that are valid (false).",
    )
