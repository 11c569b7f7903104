"""Use cases of teams: create and change them, and publish their states."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.gateway.rows import insert_missing, update_row
from services.gateway.team import repository
from services.gateway.team.models import Team
from shared import clock
from shared.contracts.gateway.user import TeamState
from shared.errors import check_version, found_or_404
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import team_id_of

UNKNOWN = "No team has this id."


def create_team(session: Session, *, name: str) -> Team:
    """Create a team."""
    now = clock.now()
    team = Team(id=new_id(), version=1, name=name, created_at=now, changed_at=now)
    session.add(team)
    session.flush()
    outbox.record(session, state_of(team))
    return team


def create_teams_named(session: Session, texts: Collection[str]) -> None:
    """Create a team for each team that is a text of an earlier release, unless the team exists."""
    names = {UUID(team_id_of(text)): text for text in texts}
    teams = insert_missing(session, Team, names)
    outbox.record_all(session, map(state_of, teams))


def change_team(
    session: Session, *, team_id: UUID, expected_version: int | None, changes: Mapping[str, Any]
) -> Team:
    """Change fields of a team whose version is the expected one; others stay as they are.

    Raises NotFound if there is no such team, and PreconditionFailed if it has another version.
    """
    team = found_or_404(repository.team_for_change(session, team_id), UNKNOWN)
    check_version(team.version, expected_version)
    if update_row(team, changes):
        session.flush()
        outbox.record(session, state_of(team))
    return team


def state_of(team: Team) -> TeamState:
    """Return the event with the present state of a team."""
    return TeamState(
        team_id=team.id, version=team.version, recorded_at=team.changed_at, name=team.name
    )
