import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.questionnaire.domain import read_questionnaire
from services.survey.response.domain import Sheet
from shared.contracts.survey import Answer
from tests.services.survey.documents import every_type

SHEET = Sheet(read_questionnaire(every_type()).items)
REQUIRED: dict[str, object] = {"appearance": 5, "safety": 0}
VALID = {
    "appearance": st.sampled_from([1, 2, 3, 4, 5, 0]),
    "safety": st.sampled_from([1, 2, 3, 4, 5, 0]),
    "overall": st.integers(1, 10),
    "recommend": st.integers(0, 10),
    "bought": st.sampled_from(["recent", "earlier", "unknown"]),
    "bought_at": st.lists(
        st.sampled_from(["shop", "online", "dealer"]), min_size=1, max_size=2, unique=True
    ),
    "people": st.decimals(1, 20, places=1).map(float) | st.just(99),
    "wish": st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def refused(**answers: object) -> list[tuple[str, str]]:
    checked = SHEET.check(REQUIRED | answers)
    return [(refusal.pointer, refusal.code) for refusal in checked.refusals]


def refused_written(**answers: str) -> list[tuple[str, str]]:
    checked = SHEET.check_texts({"appearance": "5", "safety": "0"} | answers)
    return [(refusal.pointer, refusal.code) for refusal in checked.refusals]


@given(st.fixed_dictionaries(VALID))
def test_answers_within_the_questionnaire_are_taken_as_they_are(answers: dict[str, Answer]) -> None:
    checked = SHEET.check(answers)
    assert checked.refusals == []
    assert {code: value for code, value in checked.answers.items() if code != "bought_at"} == {
        code: value for code, value in answers.items() if code != "bought_at"
    }


@given(st.fixed_dictionaries(VALID))
def test_written_answers_become_the_same_values_as_typed_ones(answers: dict[str, Answer]) -> None:
    written = {
        code: ";".join(value) if isinstance(value, list) else str(value)
        for code, value in answers.items()
    }
    assert SHEET.check_texts(written) == SHEET.check(answers)


@given(st.dictionaries(st.sampled_from([*VALID, "unknown"]), JSON))
def test_whatever_comes_is_taken_or_refused_at_its_question(answers: dict[str, object]) -> None:
    """Nothing raises, nothing is both taken and refused, and what is taken travels as JSON."""
    checked = SHEET.check(answers)
    refused = {refusal.item for refusal in checked.refusals}
    assert not refused & set(checked.answers)
    assert json.loads(json.dumps(checked.answers, allow_nan=False)) == checked.answers
    assert {code for code, value in answers.items() if value is not None} <= (
        refused | set(checked.answers) | {"wish", "bought_at"}
    )


@given(st.dictionaries(st.sampled_from(list(VALID)), st.text()))
def test_whatever_is_written_is_taken_or_refused(answers: dict[str, str]) -> None:
    checked = SHEET.check_texts(answers)
    assert not {refusal.item for refusal in checked.refusals} & set(checked.answers)


@given(st.decimals(1, 20, places=1))
def test_a_number_is_kept_exactly(number: Decimal) -> None:
    kept = SHEET.check_texts({"people": str(number)}).answers["people"]
    assert Decimal(repr(kept)) == number


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({"appearance": 6}, "/appearance", "outside_scale"),
        ({"appearance": True}, "/appearance", "outside_scale"),
        ({"appearance": 4.0}, "/appearance", "outside_scale"),
        ({"appearance": "5"}, "/appearance", "outside_scale"),
        ({"appearance": None}, "/appearance", "required"),
        ({"overall": 0}, "/overall", "outside_scale"),
        ({"recommend": 11}, "/recommend", "outside_scale"),
        ({"bought": "never"}, "/bought", "unknown_option"),
        ({"bought": 1}, "/bought", "unknown_option"),
        ({"bought_at": "shop"}, "/bought_at", "list_expected"),
        ({"bought_at": ["shop", "moon"]}, "/bought_at/1", "unknown_option"),
        ({"bought_at": ["shop", "shop"]}, "/bought_at", "repeated_option"),
        ({"bought_at": ["shop", "online", "dealer"]}, "/bought_at", "too_many"),
        ({"people": "4"}, "/people", "number_expected"),
        ({"people": float("nan")}, "/people", "number_expected"),
        ({"people": float("inf")}, "/people", "number_expected"),
        ({"people": 10**400}, "/people", "too_large"),
        ({"people": 0}, "/people", "too_small"),
        ({"people": 1.25}, "/people", "too_many_decimals"),
        ({"wish": 1}, "/wish", "text_expected"),
        ({"wish": "x" * 51}, "/wish", "too_long"),
        ({"wish": "a\x00b"}, "/wish", "unreadable"),
        ({"colour": "red"}, "/colour", "unknown_question"),
    ],
)
def test_an_answer_outside_the_questionnaire_is_refused_where_it_stands(
    answers: dict[str, object], pointer: str, code: str
) -> None:
    assert refused(**answers) == [(pointer, code)]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"appearance": "6"}, "outside_scale"),
        ({"appearance": "4.5"}, "outside_scale"),
        ({"appearance": "good"}, "outside_scale"),
        ({"bought": "never"}, "unknown_option"),
        ({"bought_at": "shop;shop"}, "repeated_option"),
        ({"people": "four"}, "number_expected"),
        ({"people": "1e1"}, "number_expected"),
        ({"people": "1,000"}, "number_expected"),
        ({"people": "9" * 31}, "number_expected"),
        ({"people": "9" * 30}, "too_large"),
    ],
)
def test_a_written_answer_outside_the_questionnaire_is_refused(
    answers: dict[str, str], code: str
) -> None:
    assert [found for _, found in refused_written(**answers)] == [code]


@pytest.mark.parametrize(
    ("written", "value"),
    [(" 4 ", 4), ("4.0", 4), ("４", 4), ("非常满意", 5), ("very satisfied", 5), ("不适用", 0)],
)
def test_a_point_may_be_written_in_the_ways_files_bring_it(written: str, value: int) -> None:
    assert SHEET.check_texts({"appearance": written}).answers["appearance"] == value


def test_options_may_be_written_as_their_labels_and_keep_the_order_of_the_questionnaire() -> None:
    answers = SHEET.check_texts({"bought": "最近", "bought_at": "Online; shop"}).answers
    assert answers == {"bought": "recent", "bought_at": ["shop", "online"]}


def test_a_label_that_two_options_share_names_neither() -> None:
    document = every_type()
    document["questions"][3]["options"][1]["text"]["en"] = "Recently"
    sheet = Sheet(read_questionnaire(document).items)
    assert [r.code for r in sheet.check_texts({"bought": "Recently"}).refusals][:1] == [
        "unknown_option"
    ]


def test_blank_answers_are_none() -> None:
    checked = SHEET.check_texts({"appearance": " ", "safety": "1", "wish": "\r\n", "people": ""})
    assert checked.answers == {"safety": 1}
    assert [refusal.code for refusal in checked.refusals] == ["required"]


def test_open_answers_are_parted_from_coded_ones() -> None:
    coded, open_answers = SHEET.part({"appearance": 5, "wish": "cheaper"})
    assert (coded, open_answers) == ({"appearance": 5}, {"wish": "cheaper"})
