"""Types of the ids of users and teams in bodies."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from services.registry.customers.colleague.domain import ColleagueKind, parse_id

_SCHEMA: dict[str, Any] = {"type": "string", "format": "uuid"}


UserId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.USER)), WithJsonSchema(_SCHEMA)
]
"""The id of a user in a body; whether the user is known, the use case finds out."""
TeamId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.TEAM)), WithJsonSchema(_SCHEMA)
]
"""The id of a team in a body; whether the team is known, the use case finds out."""
