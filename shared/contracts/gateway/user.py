"""Events of users and teams: the only events that have their names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import state


@state("user.state", topic="gateway.user", key="user_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class UserState:
    """A user, to whom customers are assigned by the user's id."""

    user_id: UUID
    version: int
    recorded_at: datetime
    name: str
    team: UUID | None = None
    active: bool = True


@state("team.state", topic="gateway.user", key="team_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class TeamState:
    """A team, to which users and customers belong by the team's id."""

    team_id: UUID
    version: int
    recorded_at: datetime
    name: str
