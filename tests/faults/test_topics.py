"""What the log tells is followed record by record, and every disorder is seen."""

import json

import pytest

from tests.faults.below import Told
from tests.faults.contact import CUSTOMER_STATES, CUSTOMERS, FORGED, ORDERS, SCORE_STATES, SURVEYS
from tests.faults.topics import Topics

Short = tuple[str, int]
"""The id and the version of an event."""


def told(topic: str, name: str, version: int, **headers: str) -> Told:
    said = {"version": version, "name": name, "value_points": "1", "lines": []}
    said |= dict.fromkeys(("external_id", "customer_id", "occurred_on"), "")
    return Told(topic, "k", {"ce_id": name} | headers, json.dumps(said).encode())


def taken(topic: str, *records: Short) -> Topics:
    topics = Topics()
    topics.take(told(topic, name, version) for name, version in records)
    return topics


@pytest.mark.parametrize(
    "records",
    [(("a", 1), ("c", 3)), (("b", 2),), (("a", 1), ("b", 2), ("other", 1)), (("a", 1), ("b", 1))],
)
def test_a_gap_or_a_step_back_of_versions_is_seen(records: tuple[Short, ...]) -> None:
    assert taken(ORDERS, *records).disorders


def test_what_is_told_again_is_no_disorder_and_is_counted() -> None:
    topics = taken(ORDERS, ("a", 1), ("b", 2), ("a", 1), ("b", 2), ("c", 3))
    assert (topics.disorders, topics.repeats) == ([], 2)
    assert topics.followed["scoring"] == {"a", "b", "c"}


def test_where_not_every_version_is_told_they_only_rise() -> None:
    assert not taken(SURVEYS, ("a", 2), ("b", 5)).disorders
    assert taken(SURVEYS, ("a", 2), ("b", 1)).disorders


def test_a_state_that_ends_on_an_older_version_is_seen() -> None:
    assert list(taken(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1)).stale())
    assert not list(taken(SCORE_STATES, ("a", 1), ("b", 2), ("a", 1), ("b", 2)).stale())


def test_a_state_that_is_missing_is_seen() -> None:
    topics = taken(CUSTOMERS, ("a", 1), ("b", 2))
    assert list(topics.stale())
    topics.take([told(CUSTOMER_STATES, "c", 2)])
    assert not list(topics.stale())


def test_what_the_campaign_made_up_is_left_out() -> None:
    topics = Topics()
    topics.take([told(ORDERS, "forged", 9, **{FORGED: "1"}), told(ORDERS, "poison", 7)], ["poison"])
    topics.take([told("patron.scoring.dead-letters.v1", "poison", 7)])
    assert (topics.records, topics.dead) == (0, {"patron.scoring.dead-letters.v1": ["poison"]})
