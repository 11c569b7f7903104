"""Request and response bodies of API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.gateway.api_key.domain import Scope
from services.gateway.api_key.models import ApiKey
from shared.http.schemas import Body, FacetedPage, Name
from shared.row_access import Rows

_NEW: dict[str, Any] = {
    "name": "李娜的客户端 (Li Na)",
    "scopes": ["read", "write"],
    "rows": "own",
}
_STORED: dict[str, Any] = _NEW | {
    "team": None,
    "user": "0199a7c0-0000-7000-8000-000000000061",
    "id": "0199a7c0-0000-7000-8000-000000000061",
    "created_at": "2026-01-31T01:30:00Z",
    "created_by": "00000000-0000-7000-8000-000000000001",
    "revoked_at": None,
}
_CREATED: dict[str, Any] = _STORED | {"key": "patron_<shown here only>"}


class ApiKeyCreate(Body):
    """The fields of an API key to create."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    name: Name = Field(
        description="The person or program that will use the key.", examples=["web shop"]
    )
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=len(Scope),
        description="What the key may do: read, write, or admin. `write` does not include `read`, "
        "but the answer to a change is the whole resource. Only admin creates keys; it includes "
        "the others and needs `rows: all`.",
        examples=[["read", "write"]],
    )
    rows: Rows = Field(
        Rows.ALL,
        description="The customers that the key sees: all; team, those of `team`; or own, those "
        "whose owner is `user`.",
    )
    team: UUID | None = Field(
        None,
        description="The team of the key, by the `id` of a team of `GET /v1/teams`. It is needed "
        "where `rows` is `team`.",
    )
    user: UUID | None = Field(
        None,
        description="The user of the key, by the `id` of an active user of `GET /v1/users`. A key "
        "with `rows: own` without it gets a new user with the name and the id of the key.",
    )


class ApiKeyOut(Body):
    """An API key, without its text."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORED]})

    id: UUID
    name: str
    scopes: list[Scope]
    rows: Rows
    team: str | None = Field(json_schema_extra={"format": "uuid"})
    user: str | None = Field(json_schema_extra={"format": "uuid"})
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class ApiKeyCreated(ApiKeyOut):
    """A new key; its text is shown here and never again."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATED]})

    key: str = Field(description="Send it as Authorization: Bearer <key>.")


class ApiKeyPage(FacetedPage[ApiKeyOut]):
    """A page of keys."""


def api_key_out(row: ApiKey) -> ApiKeyOut:
    """Return the response body of an API key, without its text."""
    return ApiKeyOut.model_validate(row)
