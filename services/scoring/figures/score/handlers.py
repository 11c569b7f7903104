"""The handler of all events that change scores: events of customers, orders, surveys, responses.

A single function handles all these events, so that each customer of a batch is locked once, in
ascending order of id, and the score is computed and published once. A dict maps the class of each
event to an extractor, the function that returns the changes that such events ask for. The extractor
of customer events is below; the extractors of other events are in the `handlers.py` of their own
packages.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from services.scoring.facts.customer.service import newest
from services.scoring.facts.fact.changes import Changes, Extractor, Extractors
from services.scoring.figures.score import service
from shared.contracts.registry.customer import CustomerState
from shared.merging import merge_disjoint
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone, class_of
from shared.settings import ServiceSettings


def changes_of_customers(
    _session: Session, events: Sequence[CustomerState | Tombstone], _settings: ServiceSettings
) -> Changes:
    """Return the customers in these events as rows to be stored, and the withdrawn customers."""
    rows, withdrawn = newest(events)
    return Changes(customer_rows=rows, withdrawn=withdrawn)


EXTRACTORS: Extractors = {CustomerState: changes_of_customers}


def handlers(settings: ServiceSettings, extractors: Extractors) -> Mapping[type, Handler]:
    """Return the same handler for every event class that has an extractor here or in `extractors`.

    The consumer calls this handler once per batch of events, with all events of these classes.
    """
    merged = merge_disjoint(extractors, EXTRACTORS)
    return dict.fromkeys(merged, partial(handle_batch, extractors=merged, settings=settings))


def handle_batch(
    session: Session, events: Sequence[Any], *, extractors: Extractors, settings: ServiceSettings
) -> None:
    """Store the changes that a batch of events asks for, and update the scores of the customers."""
    changes = Changes()
    for extract, own_events in _by_extractor(events, extractors):
        changes.add(extract(session, own_events, settings))
    service.apply_changes(session, changes, settings=settings)


def _by_extractor(
    events: Sequence[Any], extractors: Extractors
) -> Iterator[tuple[Extractor, list[Any]]]:
    """Yield each extractor with its events, in the order of the dict `extractors`.

    An extractor may lock rows, such as surveys. The order does not depend on the batch, so that
    two workers lock in the same order and never wait for each other.
    """
    for extractor in dict.fromkeys(extractors.values()):
        own_events = [event for event in events if extractors[class_of(event)] is extractor]
        if own_events:
            yield extractor, own_events
