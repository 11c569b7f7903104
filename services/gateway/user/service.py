"""Use cases of users: create and change them, and publish their states."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.gateway.rows import insert_missing, update_row
from services.gateway.team import repository as teams
from services.gateway.user import repository
from services.gateway.user.models import User
from shared import clock
from shared.contracts.gateway.user import UserState
from shared.errors import Fault, Invalid, check_version, found_or_404
from shared.faults import UNKNOWN_TEAM
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import user_id_of

UNKNOWN = "No user has this id."


def create_user(
    session: Session,
    *,
    name: str,
    team: UUID | None = None,
    active: bool = True,
    user_id: UUID | None = None,
) -> User:
    """Create a user, with a new id unless one is given; raise Invalid if the team is unknown."""
    _check_team(session, team)
    now = clock.now()
    fields = {"name": name, "team": team, "active": active}
    user = User(id=user_id or new_id(), version=1, created_at=now, changed_at=now, **fields)
    session.add(user)
    session.flush()
    outbox.record(session, state_of(user))
    return user


def create_users_named(session: Session, texts: Collection[str]) -> None:
    """Create a user for each owner that is a text of an earlier release, unless the user exists."""
    names = {UUID(user_id_of(text)): text for text in texts}
    users = insert_missing(session, User, names, active=True)
    outbox.record_all(session, map(state_of, users))


def change_user(
    session: Session, *, user_id: UUID, expected_version: int | None, changes: Mapping[str, Any]
) -> User:
    """Change fields of a user whose version is the expected one; others stay as they are.

    Raises NotFound if there is no such user, PreconditionFailed if the user has another version,
    and Invalid if no team has the new `team`.
    """
    user = found_or_404(repository.user_for_change(session, user_id), UNKNOWN)
    check_version(user.version, expected_version)
    _check_team(session, changes.get("team"))
    if update_row(user, changes):
        session.flush()
        outbox.record(session, state_of(user))
    return user


def _check_team(session: Session, team_id: UUID | None) -> None:
    """Raise Invalid if no team has this id."""
    if team_id is not None and teams.team(session, team_id) is None:
        raise Invalid(Fault("/team", UNKNOWN_TEAM))


def state_of(user: User) -> UserState:
    """Return the event with the present state of a user."""
    return UserState(
        user_id=user.id,
        version=user.version,
        recorded_at=user.changed_at,
        name=user.name,
        team=user.team,
        active=user.active,
    )
