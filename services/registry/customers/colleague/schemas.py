"""Types of the ids of users and teams in bodies and query parameters."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from services.registry.customers.colleague.domain import ColleagueKind, canonical_id, parse_id
from shared.errors import InvalidValue
from shared.faults import MALFORMED_UUID

_SCHEMA: dict[str, Any] = {"type": "string", "format": "uuid"}


def _parse_filter(text: str) -> str:
    """Return an id in its usual form; raise InvalidValue if the text is no UUID."""
    if (found := canonical_id(text)) is None:
        advice = "Give an id from GET /v1/users or GET /v1/teams, not a name."
        raise InvalidValue(MALFORMED_UUID, advice)
    return found


UserId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.USER)), WithJsonSchema(_SCHEMA)
]
"""The id of a user in a body; whether the user is known, the use case finds out."""
TeamId = Annotated[
    str, AfterValidator(partial(parse_id, ColleagueKind.TEAM)), WithJsonSchema(_SCHEMA)
]
"""The id of a team in a body; whether the team is known, the use case finds out."""
ColleagueFilter = Annotated[str, AfterValidator(_parse_filter), WithJsonSchema(_SCHEMA)]
"""The id of a user or team in a query."""
