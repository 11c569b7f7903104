"""Bodies of keys."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.gateway.api_key.domain import Scope
from shared.http.schemas import Body, Code, Name, Page
from shared.reader import Rows


class NewApiKey(Body):
    """A key to make."""

    name: Name = Field(description="Who or what will use it.", examples=["web shop"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["read", "write"]])
    rows: Rows = Field(Rows.ALL, description="Whose customers it sees.")
    team: Code | None = Field(None, description="The team, where `rows` is `team`.")


class ApiKeyBody(Body):
    """A key, without its text."""

    id: UUID
    name: str
    scopes: list[Scope]
    rows: Rows
    team: str | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class CreatedApiKey(ApiKeyBody):
    """A new key; its text is shown here and never again."""

    key: str = Field(description="Send it as Authorization: Bearer <key>.")


class ApiKeyPage(Page[ApiKeyBody]):
    """A page of keys."""
