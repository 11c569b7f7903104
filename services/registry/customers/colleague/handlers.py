"""The handlers of the users and teams that the gateway publishes; they publish no event."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from services.registry.customers.colleague import service
from shared.contracts.gateway.user import TeamState, UserState
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone
from shared.settings import ServiceSettings


def apply_user_states(session: Session, events: Sequence[UserState | Tombstone]) -> None:
    """Store or delete the names of users, and whether they are active."""
    service.apply_user_states(session, events)


def apply_team_states(session: Session, events: Sequence[TeamState | Tombstone]) -> None:
    """Store or delete the names of teams."""
    service.apply_team_states(session, events)


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the registry consumes for its colleagues."""
    return {UserState: apply_user_states, TeamState: apply_team_states}
