"""Handlers of all events that change scores: those of customers, orders, surveys and answers.

One function handles all of them, so that a batch locks its customers once, in the order of their
ids, and recomputes and publishes the score of each once. A table maps the class of an event to the
function that extracts its changes; other nouns add theirs (`services.scoring.facts.fact.changes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from services.scoring.facts.customer.service import newest_rows
from services.scoring.facts.fact.changes import Changes, Extractor, Extractors
from services.scoring.figures.score import service
from shared.contracts.registry.customer import CustomerState
from shared.messaging.consumer import Handler
from shared.settings import ServiceSettings


def changes_of_customers(
    _session: Session, customers: Sequence[CustomerState], _settings: ServiceSettings
) -> Changes:
    """Return the newest row of each customer."""
    return Changes(customers=newest_rows(customers))


EXTRACTORS: Extractors = {CustomerState: changes_of_customers}


def handlers(settings: ServiceSettings, extractors: Extractors) -> Mapping[type, Handler]:
    """Return one handler for every event that has an extractor here or in `extractors`.

    The consumer calls a handler once per batch, with all events that map to it.
    """
    table = {**extractors, **EXTRACTORS}
    return dict.fromkeys(table, partial(handle_batch, extractors=table, settings=settings))


def handle_batch(
    session: Session, events: Sequence[Any], *, extractors: Extractors, settings: ServiceSettings
) -> None:
    """Store the changes that a batch of events asks for and update the scores of its customers."""
    changes = Changes()
    for extract, own_events in _by_extractor(events, extractors):
        changes.add(extract(session, own_events, settings))
    service.apply_changes(session, changes, settings=settings)


def _by_extractor(
    events: Sequence[Any], extractors: Extractors
) -> Iterator[tuple[Extractor, list[Any]]]:
    """Yield each extractor with its events, in the order of the table.

    An extractor may lock rows of its noun. In the order of the table, not of the batch, two
    workers lock in the same order and never wait for each other.
    """
    for extractor in dict.fromkeys(extractors.values()):
        own_events = [event for event in events if extractors[type(event)] is extractor]
        if own_events:
            yield extractor, own_events
