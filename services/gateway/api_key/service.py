"""Use cases of API keys: create a key, revoke a key, and store the administrator's key."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from services.gateway.api_key import domain, repository
from services.gateway.api_key.domain import ADMINISTRATOR, Scope
from services.gateway.api_key.models import ApiKey
from services.gateway.api_key.problems import NOT_ALL
from services.gateway.team import repository as teams
from services.gateway.user import service as users
from services.gateway.user.repository import user_for_change
from shared import clock
from shared.errors import Conflict, Fault, Invalid, found_or_404
from shared.faults import INACTIVE_USER, REQUIRED, UNKNOWN_TEAM, UNKNOWN_USER
from shared.ids import new_id
from shared.row_access import Rows

UNKNOWN = "No key has this id."


def create_api_key(
    session: Session,
    *,
    name: str,
    scopes: Collection[Scope],
    rows: Rows,
    team: UUID | None,
    user: UUID | None,
    seed: bytes,
    created_by: str,
) -> ApiKey:
    """Create a key; its text is derived from `seed`, the gateway's private key, and not stored.

    A key for the rows of its own user without a user gets a new one, with its id and name. Raises
    Invalid if a key for the rows of a team names no team, if the team or user is unknown, if the
    user is not active, or if a key with the scope admin does not see all rows: it could create a
    key that does.
    """
    if rows is Rows.TEAM and team is None:
        raise Invalid(Fault("/team", REQUIRED, "Name the team whose customers the key sees."))
    if Scope.ADMIN in scopes and rows is not Rows.ALL:
        raise Invalid(Fault("/rows", NOT_ALL))
    _check_references(session, team=team, user=user)
    key_id = new_id()
    if rows is Rows.OWN and user is None:
        user = users.create_user(session, name=name, user_id=key_id).id
    key = ApiKey(
        id=key_id,
        name=name,
        digest=domain.digest(domain.credential(seed, key_id)),
        scopes=sorted(scopes),
        rows=rows,
        team=None if team is None else str(team),
        user=None if user is None else str(user),
        created_at=clock.now(),
        created_by=created_by,
    )
    session.add(key)
    session.flush()
    return key


def _check_references(session: Session, *, team: UUID | None, user: UUID | None) -> None:
    """Raise Invalid if no team or no active user has the given id."""
    faults = []
    if team is not None and teams.team(session, team) is None:
        faults.append(Fault("/team", UNKNOWN_TEAM))
    if user is not None:
        found = user_for_change(session, user)
        if found is None:
            faults.append(Fault("/user", UNKNOWN_USER))
        elif not found.active:
            faults.append(Fault("/user", INACTIVE_USER))
    if faults:
        raise Invalid(*faults)


def revoke_api_key(session: Session, *, key_id: UUID) -> None:
    """Revoke a key for good; revoking it again changes nothing.

    Raises NotFound, or Conflict for the administrator's key.
    """
    key = found_or_404(repository.api_key_for_change(session, key_id), UNKNOWN)
    if key_id == ADMINISTRATOR:
        raise Conflict(detail="Replace the administrator's key with the setting PATRON_ADMIN_KEY.")
    key.revoked_at = key.revoked_at or clock.now()
    session.flush()


def ensure_administrator(session: Session, *, credential: str) -> None:
    """Store the digest of the administrator's key; a previous key is not valid any more."""
    key = repository.api_key_for_change(session, ADMINISTRATOR)
    if key is None:
        key = ApiKey(
            id=ADMINISTRATOR,
            name="administrator",
            scopes=sorted(Scope),
            rows=Rows.ALL,
            created_at=clock.now(),
            created_by="settings",
        )
        session.add(key)
    key.digest = domain.digest(credential)
    session.flush()
