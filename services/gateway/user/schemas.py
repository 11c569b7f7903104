"""Request and response bodies of users."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict, Field

from services.gateway.user.models import User
from shared.errors import Fault, Invalid
from shared.faults import REQUIRED
from shared.http.patch import changes_of
from shared.http.schemas import Body, FacetedPage, Flag, Name

UserId = Annotated[UUID, Path(description="The `id` of the user.")]

_NAME = "Name of the user, as colleagues write it. Two users may have the same name."
_TEAM = "Team of the user, by the `id` of a team of `GET /v1/teams`."
_ACTIVE = (
    "Whether customers can be assigned to the user, and API keys created for the user. A user who "
    "has left is not active, and keeps the present customers until they are assigned to others. "
    "The user's API keys stay valid until `DELETE /v1/api-keys/{key_id}` revokes them."
)
_NEW: dict[str, Any] = {"name": "李娜"}
_STORED: dict[str, Any] = _NEW | {
    "team": None,
    "active": True,
    "id": "0199a7c0-0000-7000-8000-000000000021",
    "version": 1,
    "created_at": "2026-01-31T01:30:00Z",
    "changed_at": "2026-01-31T01:30:00Z",
}


class UserCreate(Body):
    """The fields of a user to create."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NEW]})

    name: Name = Field(description=_NAME, examples=["李娜"])
    team: UUID | None = Field(None, description=_TEAM)
    active: Flag = Field(True, description=_ACTIVE)


class UserUpdate(Body):
    """A JSON Merge Patch (RFC 7396): absent fields stay, null removes a value."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    name: Name | None = Field(None, description=f"{_NAME} It cannot be removed.")
    team: UUID | None = Field(None, description=_TEAM)
    active: Flag | None = Field(None, description=_ACTIVE)

    def changes(self) -> dict[str, Any]:
        """Return the fields to change with their new values.

        Raises Invalid for a removed name, and for a removed `active`: its default would make a user
        active again who has left.
        """
        if "active" in self.model_fields_set and self.active is None:
            raise Invalid(Fault("/active", REQUIRED, "This cannot be removed: send true or false."))
        return changes_of(UserCreate, self)


class UserOut(UserCreate):
    """A user (员工): an employee to whom customers are assigned."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORED]})

    id: UUID = Field(description="Id of the user; customers have it as `owner`.")
    version: int = Field(
        description="Version of the user; every change adds 1 to it. The ETag contains it."
    )
    created_at: datetime
    changed_at: datetime


class UserPage(FacetedPage[UserOut]):
    """A page of users."""


def user_out(row: User) -> UserOut:
    """Return the response body of a user, given its row."""
    return UserOut.model_construct(**{name: getattr(row, name) for name in UserOut.model_fields})
