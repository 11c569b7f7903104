"""The handler of customers whose owner or team is a text, as an earlier release published them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from services.gateway.team import service as teams
from services.gateway.user import service as users
from shared.contracts.registry.customer import CustomerState
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone
from shared.row_access import team_id_of, user_id_of
from shared.settings import ServiceSettings
from shared.texts import is_visible, normalise


def create_colleagues(session: Session, events: Sequence[CustomerState | Tombstone]) -> None:
    """Create the users and teams that customers have as texts; the texts become their names."""
    states = [event for event in events if isinstance(event, CustomerState)]
    users.create_users_named(session, _texts((each.owner for each in states), user_id_of))
    teams.create_teams_named(session, _texts((each.team for each in states), team_id_of))


def _texts(values: Iterable[str | None], id_of: Callable[[str], str]) -> set[str]:
    """Return those of the values that are no ids, in their usual spelling."""
    found = {normalise(value).strip() for value in values if value and id_of(value) != value}
    return {text for text in found if is_visible(text)}


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the gateway consumes."""
    return {CustomerState: create_colleagues}
