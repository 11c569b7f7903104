"""The SELECT statements on teams."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.team.models import Team
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.parameters import CreatedFilter
from shared.http.ranges import time_range


def team(session: Session, team_id: UUID) -> Team | None:
    """Return the team with this id; None if it does not exist."""
    return session.get(Team, team_id)


def team_for_change(session: Session, team_id: UUID) -> Team | None:
    """Lock and return the team with this id; None if it does not exist."""
    return session.get(Team, team_id, with_for_update=True)


TEAMS = Listing(
    id=Team.id,
    sorts={"created_at": [Team.created_at, Team.id], "name": [Team.name, Team.id]},
    default="created_at",
    ranges=[time_range("created", Team.created_at)],
)
"""The list of teams."""


def teams(session: Session, filters: CreatedFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the teams that the filters match."""
    return TEAMS.page(session, select(Team), paging=paging, filters=filters)
