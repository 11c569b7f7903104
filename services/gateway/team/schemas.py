"""Request and response bodies of teams."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict, Field

from services.gateway.team.models import Team
from shared.http.patch import changes_of
from shared.http.schemas import Body, Name, Page

TeamId = Annotated[UUID, Path(description="The `id` of the team.")]

_NEW: dict[str, Any] = {"name": "华东 (East)"}
_STORED: dict[str, Any] = _NEW | {
    "id": "0199a7c0-0000-7000-8000-000000000031",
    "version": 1,
    "created_at": "2026-01-31T01:30:00Z",
    "changed_at": "2026-01-31T01:30:00Z",
}


class TeamCreate(Body):
    """The fields of a team to create."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    name: Name = Field(description="Name of the team.", examples=["华东 (East)"])


class TeamUpdate(Body):
    """A JSON Merge Patch (RFC 7396): absent fields stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "华东和华中"}]})

    name: Name | None = Field(None, description="Name of the team; it cannot be removed.")

    def changes(self) -> dict[str, Any]:
        """Return the fields to change with their new values; raise Invalid for a removed name."""
        return changes_of(TeamCreate, self)


class TeamOut(TeamCreate):
    """A team (团队), to which users and customers belong."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORED]})

    id: UUID = Field(description="Id of the team; customers and API keys have it as `team`.")
    version: int = Field(
        description="Version of the team; every change adds 1 to it. The ETag contains it."
    )
    created_at: datetime
    changed_at: datetime


class TeamPage(Page[TeamOut]):
    """A page of teams."""


def team_out(row: Team) -> TeamOut:
    """Return the response body of a team, given its row."""
    return TeamOut.model_construct(**{name: getattr(row, name) for name in TeamOut.model_fields})
