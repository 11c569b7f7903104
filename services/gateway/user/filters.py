"""The query parameters of the list of users."""

from uuid import UUID

from pydantic import Field

from shared.http.parameters import CreatedFilter, TextFilter


class UserFilter(CreatedFilter):
    """Filters of the list of users; a user must match every filter that is given."""

    name: TextFilter | None = Field(
        None, description="Users with exactly this name.", examples=["李娜"]
    )
    team: UUID | None = Field(None, description="Users of the team with this id.")
    active: bool | None = Field(
        None, description="Only users who are active (true), or only those who are not (false)."
    )
