"""The publication of teams: how the states of stored teams are built again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.team.models import Team
from services.gateway.team.service import state_of
from shared.bulk import any_of
from shared.contracts.gateway.user import TeamState
from shared.publications.publication import Publication


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the state of each of these teams."""
    teams = select(Team).where(any_of(session, Team.id, ids)).order_by(Team.id)
    return [state_of(team) for team in session.scalars(teams)]


PUBLICATION = Publication(
    noun="gateway.team",
    classes=(TeamState,),
    id=Team.id,
    version=Team.version,
    recorded_at=Team.changed_at,
    present=present,
)
