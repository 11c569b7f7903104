"""The response body that describes the caller."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.gateway.api_key.domain import Scope
from services.gateway.api_key.models import ApiKey
from services.gateway.proxy.quota import HOUR, Allowance
from services.gateway.team.models import Team
from services.gateway.user.models import User
from shared.http.schemas import Body
from shared.row_access import Rows, team_id_of

_EXAMPLE: dict[str, Any] = {
    "id": "0199a7c0-0000-7000-8000-000000000061",
    "name": "华东区门店系统 (stores, east)",
    "scopes": ["read", "write"],
    "rows": "team",
    "team": "0199a7c0-0000-7000-8000-000000000031",
    "team_name": "华东 (East)",
    "user": None,
    "user_name": None,
    "created_at": "2026-01-31T01:30:00Z",
    "limits": {
        "body_bytes": 1048576,
        "upload_bytes": {
            "limit": 21474836480,
            "left": 21470642176,
            "window_seconds": 3600,
            "resets_at": "2026-01-31T02:42:10Z",
        },
        "uploads_at_once": {"limit": 8, "left": 8},
    },
}


class UploadBytes(Body):
    """The bytes of files that the key may send in an hour, which begins with its first upload."""

    limit: int = Field(description="Bytes of files that the key may send in one hour.")
    left: int = Field(description="Bytes of files that the key may still send in this hour.")
    window_seconds: int = Field(description="Length of the hour, in seconds.")
    resets_at: datetime | None = Field(
        description="When the hour ends and `left` becomes `limit` again; null if nothing is used."
    )


class UploadsAtOnce(Body):
    """The number of files that the key may send at the same time."""

    limit: int = Field(description="Files that the key may send at the same time.")
    left: int = Field(
        description="Files that the key may begin to send now; also limited by what all keys "
        "together send at this moment."
    )


class Limits(Body):
    """The limits of the key, and what is left of them."""

    body_bytes: int = Field(
        description="Largest body of a request, in bytes. Files that are imported may be larger."
    )
    upload_bytes: UploadBytes
    uploads_at_once: UploadsAtOnce


class MeOut(Body):
    """The caller: the API key of the request, what it may do and see, and its limits."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID = Field(description="The key's id.")
    name: str = Field(description="The person or program that uses the key.")
    scopes: list[Scope] = Field(
        description="What the key may do; `admin` includes the others. `write` does not include "
        "`read`, but the answer to a change is the whole resource."
    )
    rows: Rows = Field(
        description="The customers that the key sees: all; team, those of `team`; or own, those "
        "whose owner is `user`."
    )
    team: str | None = Field(
        description="The id of the key's team.", json_schema_extra={"format": "uuid"}
    )
    team_name: str | None = Field(description="The present name of the key's team.")
    user: str | None = Field(
        json_schema_extra={"format": "uuid"},
        description="The id of the key's user; a form can offer it as the owner of a customer.",
    )
    user_name: str | None = Field(description="The present name of the key's user.")
    created_at: datetime = Field(description="When the key was created.")
    limits: Limits


def me_out(
    key: ApiKey, team: Team | None, user: User | None, allowance: Allowance, *, body_bytes: int
) -> MeOut:
    """Return the response body for the caller who uses this key, with its team and its user."""
    resets_at = allowance.resets_at
    return MeOut(
        id=key.id,
        name=key.name,
        scopes=[Scope(scope) for scope in key.scopes],
        rows=Rows(key.rows),
        team=team_id_of(key.team),
        team_name=None if team is None else team.name,
        user=key.user,
        user_name=None if user is None else user.name,
        created_at=key.created_at,
        limits=Limits(
            body_bytes=body_bytes,
            upload_bytes=UploadBytes(
                limit=allowance.bytes_per_hour,
                left=allowance.bytes_left,
                window_seconds=round(HOUR),
                resets_at=None
                if resets_at is None
                else datetime.fromtimestamp(round(resets_at), UTC),
            ),
            uploads_at_once=UploadsAtOnce(limit=allowance.files_at_once, left=allowance.files_left),
        ),
    )
