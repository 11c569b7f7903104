"""Published events are checked one by one, and every event out of order is reported."""

import json

import pytest

from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import CUSTOMER_STATES, CUSTOMERS, FORGED, ORDERS, SCORE_STATES, SURVEYS
from tests.faults.published import PublishedEvents

IdAndVersion = tuple[str, int]
"""The id and the version of an event; all events of a test have the same key."""


def record(topic: str, name: str, version: int, **headers: str) -> PublishedRecord:
    payload = {"version": version, "name": name, "value_points": "1", "lines": []}
    payload |= dict.fromkeys(("external_id", "customer_id", "occurred_on"), "")
    return PublishedRecord(topic, "k", {"ce_id": name} | headers, json.dumps(payload).encode())


def published_events(topic: str, *records: IdAndVersion) -> PublishedEvents:
    """Return a `PublishedEvents` with these records added; all of them have the same key."""
    published = PublishedEvents()
    published.add(record(topic, name, version) for name, version in records)
    return published


@pytest.mark.parametrize(
    "records",
    [(("a", 1), ("c", 3)), (("b", 2),), (("a", 1), ("b", 2), ("other", 1)), (("a", 1), ("b", 1))],
)
def test_a_gap_between_versions_or_a_smaller_version_is_reported(
    records: tuple[IdAndVersion, ...],
) -> None:
    assert published_events(ORDERS, *records).version_errors


def test_a_repeated_event_is_counted_and_is_not_out_of_order() -> None:
    published = published_events(ORDERS, ("a", 1), ("b", 2), ("a", 1), ("b", 2), ("c", 3))
    assert (published.version_errors, published.repeats) == ([], 2)
    assert published.consumed["scoring"] == {"a", "b", "c"}


def test_on_a_topic_that_may_skip_versions_only_a_smaller_version_is_reported() -> None:
    assert not published_events(SURVEYS, ("a", 2), ("b", 5)).version_errors
    assert published_events(SURVEYS, ("a", 2), ("b", 1)).version_errors


def test_a_state_topic_whose_last_record_has_an_older_version_is_reported() -> None:
    assert list(published_events(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1)).outdated_states())
    assert not list(
        published_events(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1), ("b", 2)).outdated_states()
    )


def test_a_customer_version_without_its_state_is_reported() -> None:
    published = published_events(CUSTOMERS, ("a", 1), ("b", 2))
    assert list(published.outdated_states())
    published.add([record(CUSTOMER_STATES, "c", 2)])
    assert not list(published.outdated_states())


def test_events_that_the_campaign_forged_or_invented_are_not_checked() -> None:
    published = PublishedEvents()
    published.add(
        [record(ORDERS, "forged", 9, **{FORGED: "1"}), record(ORDERS, "poison", 7)], ["poison"]
    )
    published.add([record("patron.scoring.dead-letters.v1", "poison", 7)])
    assert (published.records, published.dead_letters) == (
        0,
        {"patron.scoring.dead-letters.v1": ["poison"]},
    )


def test_a_tombstone_withdraws_a_state_and_an_order_without_lines_is_withdrawn() -> None:
    published = published_events(CUSTOMERS, ("a", 1))
    tombstone = PublishedRecord(CUSTOMER_STATES, "k", {"ce_id": "b"}, None)
    published.add([record(CUSTOMER_STATES, "s", 1), tombstone])
    assert not list(published.outdated_states())
    assert (published.names, published.replaced) == ({}, {"s"})
    assert published.consumed["survey"] == {"b"}
    line = json.dumps({"version": 1, "external_id": "", "customer_id": "", "occurred_on": ""})
    placed = f'{line[:-1]}, "lines": [1]}}'.encode()
    published.add([PublishedRecord(ORDERS, "k", {"ce_id": "placed"}, placed)])
    assert published.orders.keys() == {"k"}
    published.add([record(ORDERS, "withdrawn", 2)])
    assert not published.orders


def test_after_a_restore_its_versions_may_be_repeated_or_skipped_and_not_be_older() -> None:
    published = PublishedEvents(restored="registry")
    published.add([record(ORDERS, "a", 1), record(ORDERS, "b", 1), record(ORDERS, "c", 4)])
    assert not published.version_errors
    published.add([record(ORDERS, "d", 3)])
    assert published.version_errors
