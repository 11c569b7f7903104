"""Tests of bodies whose faults are collected instead of raised."""

from typing import Any

import pytest
from pydantic import Field, ValidationError

from shared.http.partial_body import PartialBody
from shared.http.schemas import Flag, Name


class Card(PartialBody):
    """A body with a required field, an optional one and a list."""

    title: Name = Field(examples=["a card"])
    pinned: Flag = False
    words: list[Name] = Field([])


def test_a_valid_body_has_no_faults() -> None:
    card = Card.model_validate({"title": "one", "pinned": True})
    assert (card.values, card.faults) == ({"title": "one", "pinned": True}, ())
    assert card.words == []


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"pinned": True}, {("/title", "missing")}),
        ({"title": "", "pinned": True}, {("/title", "too_short")}),
        (
            {"title": 1, "pinned": True, "x": 1},
            {("/title", "text_expected"), ("/x", "unknown_field")},
        ),
        (
            {"pinned": True, "words": ["a", 1]},
            {("/title", "missing"), ("/words/1", "text_expected")},
        ),
    ],
)
def test_a_body_has_the_values_of_its_valid_fields_and_the_faults_of_the_others(
    body: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    card = Card.model_validate(body)
    assert (card.values, card.pinned) == ({"pinned": True}, True)
    assert {(fault.pointer, fault.code) for fault in card.faults} == faults


@pytest.mark.parametrize(
    ("body", "field"), [({}, "title"), ({"title": ""}, "title"), ({"words": [1]}, "words")]
)
def test_an_invalid_field_has_no_value_that_could_be_stored(
    body: dict[str, Any], field: str
) -> None:
    card = Card.model_validate({"title": "one"} | body if field == "words" else body)
    with pytest.raises(AttributeError):
        getattr(card, field)
    assert field not in card.model_dump()


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_a_body_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(ValidationError):
        Card.model_validate(body)
