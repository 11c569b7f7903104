"""Types of query parameters, and filters, that several routes have."""

from collections.abc import Collection
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from shared.errors import Fault, Invalid, InvalidValue
from shared.faults import MALFORMED_UUID
from shared.http.faults import EXTERNAL_ID, NOT_SOME_OF
from shared.http.schemas import Filter, Moment, Text
from shared.row_access import canonical_id
from shared.texts import normalise


def external_id_pair(text: str) -> tuple[str, str]:
    """Split `system:id` at the first colon and return the system and the id.

    The id may contain colons. Raises InvalidValue if the system or the id is missing.
    """
    system, _, external_id = text.partition(":")
    if not system or not external_id:
        raise InvalidValue(EXTERNAL_ID)
    return system, external_id


def _refuse_incomplete_pair(text: str) -> str:
    """Return the text unchanged; raises InvalidValue unless it is `system:id`."""
    external_id_pair(text)
    return text


def _normalised(value: object) -> object:
    """Return a text as the texts of bodies are stored; other values are returned unchanged."""
    return normalise(value) if isinstance(value, str) else value


def _parse_id(text: str) -> str:
    """Return an id in its usual form; raises InvalidValue if the text is no UUID."""
    if (found := canonical_id(text)) is None:
        advice = "Give an id from GET /v1/users or GET /v1/teams, not a name."
        raise InvalidValue(MALFORMED_UUID, advice)
    return found


ExternalIdText = Annotated[
    str,
    BeforeValidator(_normalised),
    StringConstraints(max_length=201),
    AfterValidator(_refuse_incomplete_pair),
    Field(json_schema_extra={"pattern": "^[^:]+:.+$"}),
]
"""The id of something in another system, as `system:id`; `external_id_pair` splits it."""

TextFilter = Annotated[str, Text(100)]
"""The text of a filter: an empty or blank text is refused. It is normalised as stored texts are."""

ColleagueFilter = Annotated[
    str,
    AfterValidator(_parse_id),
    WithJsonSchema({"type": "string", "format": "uuid"}),
]
"""The id of a user or team, in its usual form, as the text that is stored with other records."""

Names: TypeAlias = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$"})
]
"""Names separated by commas; `known_names` splits them."""


class CreatedFilter(Filter):
    """The filters of a list by the time at which each item was created."""

    created_from: Moment | None = Field(
        None,
        description="Only items that were created at this time or later; it must be before "
        "`created_before`.",
    )
    created_before: Moment | None = Field(
        None, description="Only items that were created before this time."
    )


def known_names(parameter: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the names in the value of a parameter, each once; raise Invalid for an unknown one."""
    names = tuple(dict.fromkeys(text.split(",")))
    if not set(names) <= set(known):
        raise Invalid(Fault(f"query:{parameter}", NOT_SOME_OF, allowed=list(known)))
    return names


def quoted(names: Collection[str]) -> str:
    """Return names in backticks, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)
