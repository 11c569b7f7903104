"""The ids of users and teams in bodies, and changes of them."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from services.registry.customers.colleague.domain import ColleagueKind, parse_id
from shared.http.schemas import TextChange

_SCHEMA: dict[str, Any] = {"type": "string", "format": "uuid"}


UserId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.USER)), WithJsonSchema(_SCHEMA)
]
"""The id of a user in a body; whether the user is known, the use case finds out."""
TeamId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.TEAM)), WithJsonSchema(_SCHEMA)
]
"""The id of a team in a body; whether the team is known, the use case finds out."""


class ColleagueChange(TextChange):
    """The owner or the team of a customer before and after a change: ids, and their names."""

    from_name: str | None = Field(
        None, description="The present name of `from`; null if there was none, or if it is unknown."
    )
    to_name: str | None = Field(
        None, description="The present name of `to`; null if it was removed, or if it is unknown."
    )
