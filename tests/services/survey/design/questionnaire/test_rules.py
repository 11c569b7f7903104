from collections.abc import Callable
from typing import Any

import pytest

from services.survey.design.questionnaire.rules import find_faults, missing_translations
from tests.services.survey.documents import every_type, text

Change = Callable[[list[dict[str, Any]]], object]
"""A function that changes the list of questions in place."""

QUESTION_CODES = 7
"""Number of codes of questions in `every_type()`; they count besides the codes of matrix rows."""


def label(value: int) -> dict[str, Any]:
    """Return a label of a scale point, or a missing code, with this value."""
    return {"value": value, "text": text("好", "Good")}


def _rows(count: int) -> list[dict[str, Any]]:
    """Return `count` rows of a matrix."""
    return [{"code": f"row{n}", "text": text("行", "Row")} for n in range(count)]


def faults_after(change: Change) -> list[tuple[str, str]]:
    """Return the pointers and codes of the faults in `every_type()` after a change."""
    document = every_type()
    change(document["questions"])
    return [(fault.pointer, fault.code) for fault in find_faults(document)]


def test_the_questionnaire_with_one_question_of_each_type_has_no_faults() -> None:
    assert faults_after(lambda _: None) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        (lambda q: q[1].update(code="bought"), "/questions/3/code", "repeated"),
        (lambda q: q[0]["rows"][1].update(code="product"), "/questions/0/rows/1/code", "repeated"),
        (lambda q: q[1].update(code="channel"), "/questions/1/code", "reserved"),
        (
            lambda q: q[1]["scale"].update(most=1),
            "/questions/1/scale/most",
            "out_of_range",
        ),
        (lambda q: q[1]["scale"].update(most=12), "/questions/1/scale/most", "out_of_range"),
        (
            lambda q: q[1]["scale"].update(labels=[label(1), label(1)]),
            "/questions/1/scale/labels/1/value",
            "repeated",
        ),
        (
            lambda q: q[1]["scale"].update(labels=[label(11)]),
            "/questions/1/scale/labels/0/value",
            "outside_scale",
        ),
        (lambda q: q[2].update(labels=[label(11)]), "/questions/2/labels/0/value", "outside_scale"),
        (lambda q: q[0].update(missing=[label(3)]), "/questions/0/missing/0/value", "inside_scale"),
        (
            lambda q: q[0].update(missing=[label(9), label(9)]),
            "/questions/0/missing/1/value",
            "repeated",
        ),
        (
            lambda q: q[5].update(missing=[label(20)]),
            "/questions/5/missing/0/value",
            "inside_scale",
        ),
        (lambda q: q[5].update(most=None), "/questions/5/missing/0/value", "inside_scale"),
        (lambda q: q[5].update(most=0), "/questions/5/most", "too_small"),
        (
            lambda q: q[3]["options"][1].update(code="recent"),
            "/questions/3/options/1/code",
            "repeated",
        ),
        (lambda q: q[4].update(fewest=3), "/questions/4/greatest", "out_of_range"),
        (lambda q: q[4].update(greatest=4), "/questions/4/greatest", "out_of_range"),
        (lambda q: q[3].update(role="satisfaction"), "/questions/3/role", "no_scale"),
        (
            lambda q: q[5].update(role="satisfaction", least=None, missing=[]),
            "/questions/5/role",
            "no_scale",
        ),
        (
            lambda q: q[0].update(missing=[label(1)]),
            "/questions/0/missing/0/value",
            "inside_scale",
        ),
        (
            lambda q: q[5].update(missing=[label(1)]),
            "/questions/5/missing/0/value",
            "inside_scale",
        ),
        (
            lambda q: q[5].update(most=1, role="satisfaction", missing=[]),
            "/questions/5/role",
            "no_scale",
        ),
        (
            lambda q: (
                q[5].update(missing=[]),
                q[5].update(rows=[{"code": "x", "role": "satisfaction"}], most=None),
            ),
            "/questions/5/rows/0/role",
            "no_scale",
        ),
        (lambda q: q[1]["text"].update(zh="\u200b"), "/questions/1/text/zh", "invisible"),
        (
            lambda q: q[3]["options"][1]["text"].update(en="\u3164"),
            "/questions/3/options/1/text/en",
            "invisible",
        ),
    ],
)
def test_a_broken_rule_is_reported_at_its_pointer(change: Change, pointer: str, code: str) -> None:
    assert faults_after(change) == [(pointer, code)]


@pytest.mark.parametrize(
    ("change", "message", "params"),
    [
        (
            lambda q: q[1].update(code="bought"),
            "Another question or row has this code; give it one of its own.",
            {},
        ),
        (
            lambda q: q[1].update(code="channel"),
            "This name is a column of imports; choose another.",
            {},
        ),
        (
            lambda q: q[1]["scale"].update(most=13, least=2),
            "A scale has 2 to 11 points; most must be above least.",
            {"min": 3, "max": 12},
        ),
        (
            lambda q: q[1]["scale"].update(labels=[label(1), label(1)]),
            "This point of the scale has a label already.",
            {},
        ),
        (
            lambda q: q[1]["scale"].update(labels=[label(11)]),
            "Label points from 1 to 10.",
            {"min": 1, "max": 10, "missing": []},
        ),
        (
            lambda q: q[0].update(missing=[label(9), label(9)]),
            "Another missing code has this value already.",
            {},
        ),
        (
            lambda q: q[0].update(missing=[label(3)]),
            "A missing code must lie outside the values that can be answered.",
            {},
        ),
        (
            lambda q: q[5].update(most=0, least=2),
            "most must not be below least.",
            {"min": 2},
        ),
        (
            lambda q: q[3]["options"][1].update(code="recent"),
            "Another option of this question has this code.",
            {},
        ),
        (
            lambda q: q[4].update(fewest=2, greatest=4),
            "Choose fewest <= greatest <= 3, the number of options.",
            {"min": 2, "max": 3},
        ),
        (
            lambda q: q[3].update(role="satisfaction"),
            "Only an item with a least and a greater most can measure satisfaction.",
            {},
        ),
        (
            lambda q: q[0].update(rows=_rows(301 - QUESTION_CODES)),
            "Ask at most 300 questions and rows.",
            {"max": 300},
        ),
    ],
)
def test_the_message_about_a_broken_rule_describes_what_is_allowed(
    change: Change, message: str, params: dict[str, Any]
) -> None:
    document = every_type()
    change(document["questions"])
    (fault,) = find_faults(document)
    assert (fault.message, fault.params) == (message, params)


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q[1]["scale"].update(most=2),
        lambda q: q[1]["scale"].update(least=0),
        lambda q: q[5].update(most=1),
        lambda q: q[5].update(missing=[label(0), label(21)]),
        lambda q: q[5].update(least=None, missing=[label(21)]),
        lambda q: q[4].update(fewest=2, greatest=2),
        lambda q: q[4].update(fewest=3, greatest=3),
        lambda q: q[4].update(fewest=None, greatest=None),
        lambda q: q[0].update(rows=_rows(300 - QUESTION_CODES)),
    ],
)
def test_a_value_exactly_at_the_limit_of_a_rule_is_valid(change: Change) -> None:
    assert faults_after(change) == []


def test_a_number_question_with_a_least_and_a_most_value_can_measure_satisfaction() -> None:
    assert faults_after(lambda q: q[5].update(role="satisfaction")) == []


def test_a_questionnaire_with_more_than_300_items_is_refused() -> None:
    assert faults_after(lambda q: q[0].update(rows=_rows(300))) == [("/questions", "too_many")]


def only(language: str, value: Any) -> Any:
    """Return a part of a document with its texts in one language only."""
    if isinstance(value, list):
        return [only(language, part) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"zh", "en"}:
        return {language: value[language]}
    return {name: only(language, part) for name, part in value.items()}


def test_a_text_without_a_language_of_other_texts_is_a_missing_translation() -> None:
    document = every_type()
    del document["title"]["en"], document["questions"][4]["options"][2]["text"]["zh"]
    faults = missing_translations(document)
    assert [(fault.pointer, fault.code, fault.params) for fault in faults] == [
        ("/title", "missing_translation", {"language": "en"}),
        ("/questions/4/options/2/text", "missing_translation", {"language": "zh"}),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_questionnaire_in_one_or_in_both_languages_lacks_no_translation(language: str) -> None:
    assert missing_translations(every_type()) == []
    assert missing_translations(only(language, every_type())) == []


def test_texts_of_every_kind_are_examined_for_missing_translations_in_the_order_of_the_page() -> (
    None
):
    document = only("zh", every_type())
    document["questions"][0]["hint"] = {"zh": "请逐项评价"}
    document["questions"][2]["labels"] = [{"value": 0, "text": {"zh": "绝不"}}]
    document["title"] = text("客户满意度", "Customer satisfaction")
    pointers = [fault.pointer for fault in missing_translations(document)]
    assert pointers[:9] == [
        "/introduction",
        "/questions/0/text",
        "/questions/0/hint",
        "/questions/0/rows/0/text",
        "/questions/0/rows/1/text",
        "/questions/0/scale/labels/0/text",
        "/questions/0/scale/labels/1/text",
        "/questions/0/missing/0/text",
        "/questions/1/text",
    ]
    assert pointers[9:] == [
        "/questions/2/text",
        "/questions/2/labels/0/text",
        *("/questions/3/text", *(f"/questions/3/options/{index}/text" for index in range(3))),
        *("/questions/4/text", *(f"/questions/4/options/{index}/text" for index in range(3))),
        "/questions/5/text",
        "/questions/5/missing/0/text",
        "/questions/6/text",
    ]
