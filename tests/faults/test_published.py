"""Published events are checked one by one, and every event out of order is reported."""

import json

import pytest

from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import CUSTOMER_STATES, CUSTOMERS, FORGED, ORDERS, SCORE_STATES, SURVEYS
from tests.faults.published import PublishedEvents

Short = tuple[str, int]
"""The id and the version of an event."""


def record(topic: str, name: str, version: int, **headers: str) -> PublishedRecord:
    payload = {"version": version, "name": name, "value_points": "1", "lines": []}
    payload |= dict.fromkeys(("external_id", "customer_id", "occurred_on"), "")
    return PublishedRecord(topic, "k", {"ce_id": name} | headers, json.dumps(payload).encode())


def added(topic: str, *records: Short) -> PublishedEvents:
    published = PublishedEvents()
    published.add(record(topic, name, version) for name, version in records)
    return published


@pytest.mark.parametrize(
    "records",
    [(("a", 1), ("c", 3)), (("b", 2),), (("a", 1), ("b", 2), ("other", 1)), (("a", 1), ("b", 1))],
)
def test_a_gap_between_versions_or_a_smaller_version_is_reported(
    records: tuple[Short, ...],
) -> None:
    assert added(ORDERS, *records).disorders


def test_a_repeated_event_is_counted_and_is_not_out_of_order() -> None:
    published = added(ORDERS, ("a", 1), ("b", 2), ("a", 1), ("b", 2), ("c", 3))
    assert (published.disorders, published.repeats) == ([], 2)
    assert published.consumed["scoring"] == {"a", "b", "c"}


def test_on_a_topic_that_skips_versions_they_must_only_rise() -> None:
    assert not added(SURVEYS, ("a", 2), ("b", 5)).disorders
    assert added(SURVEYS, ("a", 2), ("b", 1)).disorders


def test_a_state_that_ends_with_an_older_version_is_reported() -> None:
    assert list(added(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1)).outdated_states())
    assert not list(added(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1), ("b", 2)).outdated_states())


def test_a_missing_state_is_reported() -> None:
    published = added(CUSTOMERS, ("a", 1), ("b", 2))
    assert list(published.outdated_states())
    published.add([record(CUSTOMER_STATES, "c", 2)])
    assert not list(published.outdated_states())


def test_events_of_the_campaign_itself_are_left_out() -> None:
    published = PublishedEvents()
    published.add(
        [record(ORDERS, "forged", 9, **{FORGED: "1"}), record(ORDERS, "poison", 7)], ["poison"]
    )
    published.add([record("patron.scoring.dead-letters.v1", "poison", 7)])
    assert (published.records, published.dead) == (
        0,
        {"patron.scoring.dead-letters.v1": ["poison"]},
    )
