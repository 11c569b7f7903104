"""Events of users and teams: the only events that have their names."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from shared.contracts.catalogue import state
from shared.contracts.description import Doc
from shared.contracts.fields import RecordedAt, Version

_UserId = Annotated[UUID, Doc("Id of the user.", "0199a7c0-0000-7000-8000-000000000021")]
_TeamId = Annotated[UUID, Doc("Id of the team.", "0199a7c0-0000-7000-8000-000000000031")]


@state("user.state", topic="gateway.user", key="user_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """A user, to whom customers are assigned by the user's id."""

    user_id: _UserId
    version: Version
    recorded_at: RecordedAt
    name: Annotated[str, Doc("Name of the user.", "李娜")]
    team: Annotated[_TeamId | None, Doc("Id of the user's team; null without one.")] = None
    active: Annotated[bool, Doc("Whether new customers may be assigned to the user.", True)] = True


@state("team.state", topic="gateway.user", key="team_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TeamState:
    """A team, to which users and customers belong by the team's id."""

    team_id: _TeamId
    version: Version
    recorded_at: RecordedAt
    name: Annotated[str, Doc("Name of the team.", "华东")]
