"""Tests of bodies whose faults are collected instead of raised."""

from typing import Any

import pytest
from pydantic import Field, ValidationError

from shared.http.drafts import Draft
from shared.http.schemas import Flag, Name


class Card(Draft):
    """A body with a required field, an optional one and a list."""

    title: Name = Field(examples=["a card"])
    pinned: Flag = False
    words: list[Name] = Field([])


def test_a_valid_draft_has_no_faults() -> None:
    card = Card.model_validate({"title": "one", "pinned": True})
    assert (card.title, card.pinned, card.faults) == ("one", True, ())


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"pinned": True}, {("/title", "missing")}),
        ({"title": "", "pinned": True}, {("/title", "too_short")}),
        (
            {"title": 1, "pinned": True, "x": 1},
            {("/title", "text_expected"), ("/x", "unknown_field")},
        ),
        ({"pinned": True, "title": "a card", "words": ["a", 1]}, {("/words/1", "text_expected")}),
    ],
)
def test_a_draft_has_its_valid_fields_and_the_faults_of_the_others(
    body: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    card = Card.model_validate(body)
    assert (card.title, card.pinned, card.words) == ("a card", True, [])
    assert {(fault.pointer, fault.code) for fault in card.faults} == faults
    assert card.model_fields_set - {"title"} == {"pinned"}


@pytest.mark.parametrize("body", [None, [], "text", 1])
def test_a_draft_that_is_no_object_is_refused(body: object) -> None:
    with pytest.raises(ValidationError):
        Card.model_validate(body)
