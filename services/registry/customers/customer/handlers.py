"""The handler of the scores that the scoring service publishes; it publishes no event itself."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from services.registry.customers.customer import service
from services.registry.customers.score import service as scores
from shared.contracts.scoring.score import ScoreState
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone
from shared.settings import ServiceSettings


def apply_score_states(session: Session, events: Sequence[ScoreState | Tombstone]) -> None:
    """Store the newest score of each customer in these events; unknown customers are ignored.

    A tombstone removes the stored score.

    Rows of customers are locked only if a row of scores has to be completed, and before the first
    row of scores, as a change of a customer does: two such transactions never wait for each other.
    """
    scored = {event.customer_id for event in events if isinstance(event, ScoreState)}
    service.complete_scores(session, scored)
    scores.apply_score_states(session, events)


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the registry consumes for its customers."""
    return {ScoreState: apply_score_states}
