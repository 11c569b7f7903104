"""Tests of what the page says about an answer before and after a mistake."""

from typing import Any

import pytest

from services.survey.design.questionnaire.domain import Item, Text, parse_questionnaire
from services.survey.fieldwork.form.texts import PageTexts, limits_of, message_of
from services.survey.fieldwork.response.domain import AnswerChecker
from shared.contracts.survey.survey import QuestionType
from tests.services.survey.documents import text


def item(question: dict[str, Any]) -> Item:
    """Return the item of a question."""
    document = {"title": text("", ""), "questions": [question | {"code": "a", "text": {}}]}
    return next(parse_questionnaire(document).items)


@pytest.mark.parametrize(
    ("limits", "english", "chinese"),
    [
        ({}, "Choose all that apply", "可多选"),
        ({"required": True}, "Choose at least 1", "至少选 1 项"),
        ({"fewest": 2}, "Choose at least 2", "至少选 2 项"),
        ({"fewest": 1}, "Choose all that apply", "可多选"),
        ({"greatest": 3}, "Choose at most 3", "最多选 3 项"),
        ({"fewest": 2, "greatest": 3}, "Choose 2 to 3", "请选 2 到 3 项"),
        ({"greatest": 3, "required": True}, "Choose 1 to 3", "请选 1 到 3 项"),
        ({"fewest": 2, "greatest": 2}, "Choose exactly 2", "请选 2 项"),
    ],
)
def test_how_many_options_can_be_chosen_is_shown_before_the_mistake(
    limits: dict[str, Any], english: str, chinese: str
) -> None:
    options = [{"code": code, "text": {}} for code in "abcd"]
    multiple = item({"type": "multiple", "options": options} | limits)
    assert limits_of(multiple, PageTexts("en")) == english
    assert limits_of(multiple, PageTexts("zh")) == chinese


@pytest.mark.parametrize(
    ("limits", "english"),
    [
        ({}, "A whole number"),
        ({"decimals": 2}, "A number, decimal places: at most 2"),
        ({"least": 0}, "A whole number, at least 0"),
        ({"most": 1000000.0}, "A whole number, at most 1000000"),
        (
            {"least": -0.5, "most": 1.5, "decimals": 1},
            "A number, decimal places: at most 1, from -0.5 to 1.5",
        ),
    ],
)
def test_the_bounds_of_a_number_are_shown_before_the_mistake(
    limits: dict[str, Any], english: str
) -> None:
    assert limits_of(item({"type": "number"} | limits), PageTexts("en")) == english


def test_a_choice_of_one_has_no_limits() -> None:
    assert limits_of(Item(code="a", type=QuestionType.SINGLE, text=Text()), PageTexts("en")) is None


def test_a_text_that_is_too_long_is_counted_as_it_would_be_stored() -> None:
    """A line break is one character, and blanks at the ends do not count."""
    answer = "  好😀\r\nx\r\n"
    (fault,) = (
        AnswerChecker([item({"type": "text", "longest": 3})]).check_texts({"a": answer}).faults
    )
    assert "has 4 characters, and at most 3" in message_of(fault, answer, "en")
    assert "有 4 个字，最多 3 个字" in message_of(fault, answer, "zh")
