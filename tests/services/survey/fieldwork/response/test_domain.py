import json
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.design.questionnaire.domain import parse_questionnaire
from services.survey.fieldwork.response.domain import AnswerChecker, submission_key
from shared.contracts.survey.response import Answer
from shared.texts import normalise
from tests.services.survey.documents import every_type, text

REQUIRED: dict[str, object] = {"appearance": 5, "safety": 0}
"""Answers to the required items of `every_type()`."""
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
    "wish": st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50).filter(
        lambda text: normalise(text) == text
    ),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def checker(*questions: Mapping[str, object]) -> AnswerChecker:
    """Return the checker for these questions, by default for one question of each type."""
    document = every_type()
    return AnswerChecker(
        parse_questionnaire({**document, "questions": questions or document["questions"]}).items
    )


def faults_of(**answers: object) -> list[tuple[str, str]]:
    """Return the pointer and code of each fault of these JSON answers, added to REQUIRED."""
    checked = checker().check(REQUIRED | answers)
    return [(fault.pointer, fault.code.name) for fault in checked.faults]


def faults_of_texts(**answers: str) -> list[tuple[str, str]]:
    """Return pointer and code of each fault of answers that are written as text (as in a file).

    Valid answers to the required items are added.
    """
    checked = checker().check_texts({"appearance": "5", "safety": "0"} | answers)
    return [(fault.pointer, fault.code.name) for fault in checked.faults]


@given(st.fixed_dictionaries(VALID))
def test_valid_answers_are_returned_as_they_are(answers: dict[str, Answer]) -> None:
    """Except that the options of a multiple choice (`bought_at`) are sorted."""
    checked = checker().check(answers)
    assert checked.faults == []
    assert {code: value for code, value in checked.answers.items() if code != "bought_at"} == {
        code: value for code, value in answers.items() if code != "bought_at"
    }


@given(st.fixed_dictionaries(VALID))
def test_answers_as_text_become_the_same_values_as_json_answers(answers: dict[str, Answer]) -> None:
    texts = {
        code: ";".join(value) if isinstance(value, list) else str(value)
        for code, value in answers.items()
    }
    assert checker().check_texts(texts) == checker().check(answers)


@given(st.dictionaries(st.sampled_from([*VALID, "unknown"]), JSON))
def test_any_json_value_is_either_a_valid_answer_or_has_a_fault_at_its_item(
    answers: dict[str, object],
) -> None:
    """No value raises an exception, and every valid answer can be written as JSON.

    A blank text and an empty list of options are neither a valid answer nor a fault.
    """
    checked = checker().check(answers)
    invalid = {fault.item for fault in checked.faults}
    assert not invalid & set(checked.answers)
    assert json.loads(json.dumps(checked.answers, allow_nan=False)) == checked.answers
    assert {code for code, value in answers.items() if value is not None} <= (
        invalid | set(checked.answers) | {"wish", "bought_at"}
    )


@given(st.dictionaries(st.sampled_from(list(VALID)), st.text()))
def test_no_text_is_both_a_valid_answer_and_a_fault(answers: dict[str, str]) -> None:
    checked = checker().check_texts(answers)
    assert not {fault.item for fault in checked.faults} & set(checked.answers)


@given(st.decimals(1, 20, places=1))
def test_a_number_is_returned_exactly_and_as_an_int_if_it_is_whole(number: Decimal) -> None:
    answer = checker().check_texts({"people": str(number)}).answers["people"]
    assert Decimal(repr(answer)) == number
    assert isinstance(answer, int) is (number == int(number))


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
def test_an_invalid_json_answer_has_a_fault_at_its_pointer(
    answers: dict[str, object], pointer: str, code: str
) -> None:
    assert faults_of(**answers) == [(pointer, code)]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"appearance": "6"}, "outside_scale"),
        ({"appearance": "4.5"}, "outside_scale"),
        ({"appearance": "good"}, "outside_scale"),
        ({"appearance": "None"}, "outside_scale"),
        ({"bought": "never"}, "unknown_option"),
        ({"bought_at": "shop;shop"}, "repeated_option"),
        ({"bought_at": "shop;moon"}, "unknown_option"),
        ({"people": "four"}, "number_expected"),
        ({"people": "1e1"}, "number_expected"),
        ({"people": "1,000"}, "number_expected"),
        ({"people": "9" * 31}, "number_expected"),  # more than 30 digits are not parsed
        ({"people": "9" * 30}, "too_large"),
    ],
)
def test_an_invalid_answer_that_is_written_as_text_has_a_fault_with_its_code(
    answers: dict[str, str], code: str
) -> None:
    assert [fault_code for _, fault_code in faults_of_texts(**answers)] == [code]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 4 ", 4),
        ("4.0", 4),
        ("４", 4),
        ("非常满意", 5),
        ("very satisfied", 5),
        (" VERY Satisfied", 5),
        ("不适用", 0),
    ],
)
def test_a_point_of_a_scale_can_be_written_as_a_number_or_as_its_label(
    text: str, value: int
) -> None:
    assert checker().check_texts({"appearance": text}).answers["appearance"] == value


def test_options_can_be_written_as_labels_and_are_stored_in_the_order_of_the_questionnaire() -> (
    None
):
    answers = checker().check_texts({"bought": "最近", "bought_at": "Online; shop"}).answers
    assert answers == {"bought": "recent", "bought_at": ["shop", "online"]}


def test_a_label_that_two_options_share_is_an_unknown_option() -> None:
    document = every_type()
    document["questions"][3]["options"][1]["text"]["en"] = "Recently"
    ambiguous_checker = AnswerChecker(parse_questionnaire(document).items)
    faults = ambiguous_checker.check_texts({"bought": "Recently"}).faults
    assert faults[0].code.name == "unknown_option"


def test_a_blank_text_counts_as_no_answer() -> None:
    checked = checker().check_texts(
        {"appearance": " ", "safety": "1", "wish": "\r\n", "people": ""}
    )
    assert checked.answers == {"safety": 1}
    assert [fault.code.name for fault in checked.faults] == ["required"]


def test_a_blank_json_text_and_an_empty_list_of_options_count_as_no_answers() -> None:
    checked = checker().check({**REQUIRED, "wish": " \n", "bought_at": []})
    assert (checked.answers, checked.faults) == (REQUIRED, [])


def test_an_open_answer_is_trimmed_and_its_windows_line_breaks_count_as_one_character() -> None:
    """At most 50 characters are allowed."""
    text = "x" * 23 + "\r\nb\n" + "x" * 24
    expected = text.replace("\r", "")
    assert len(expected) == 50
    assert checker().check({"wish": f" {text} "}).answers["wish"] == expected


@pytest.mark.parametrize(
    ("answers", "params"),
    [
        ({"appearance": 6}, {"min": 1, "max": 5, "missing": [0]}),
        ({"bought": "never"}, {"allowed": ["recent", "earlier", "unknown"]}),
        ({"bought_at": ["moon"]}, {"allowed": ["shop", "online", "dealer"]}),
        ({"bought_at": "shop"}, {}),
        ({"bought_at": ["shop", "online", "dealer"]}, {"max": 2}),
        ({"people": "4"}, {"example": "12.5"}),
        ({"people": 0}, {"min": 1}),
        ({"people": 21}, {"max": 20}),
        ({"people": 1.25}, {"max": 1}),
        ({"wish": "x" * 51}, {"max": 50}),
    ],
)
def test_the_parameters_of_a_fault_describe_the_valid_answers(
    answers: dict[str, object], params: dict[str, object]
) -> None:
    (fault,) = checker().check(REQUIRED | answers).faults
    assert fault.params == params


def test_the_fault_of_a_text_describes_the_valid_answers_and_points_into_a_list() -> None:
    required = {"appearance": "5", "safety": "0"}
    faults = [
        checker().check_texts(required | {code: text}).faults[0]
        for code, text in (("overall", "12"), ("overall", "good"), ("bought_at", "shop;moon"))
    ]
    scale = {"min": 1, "max": 10, "missing": []}
    assert [fault.params for fault in faults[:2]] == [scale, scale]
    assert (faults[2].pointer, faults[2].params) == (
        "/bought_at/1",
        {"allowed": ["shop", "online", "dealer"]},
    )


TEXT = text("问题", "Question")
TENTHS = {"least": 0.1, "most": 0.7, "decimals": 1}


def test_a_number_without_bounds_must_be_whole_and_at_most_10_to_the_12_in_absolute_value() -> None:
    unbounded = checker({"type": "number", "code": "n", "text": TEXT})

    def result(value: object) -> tuple[object, ...]:
        """Return the valid answer, or the code and the parameters of the fault."""
        checked = unbounded.check({"n": value})
        return (*checked.answers.values(), *((f.code.name, f.params) for f in checked.faults))

    assert (result(10**12), result(-(10**12)), result(4.0)) == ((10**12,), (-(10**12),), (4,))
    assert result(10**12 + 1) == (("too_large", {"max": 10**12}),)
    assert result(-(10**12) - 1) == (("too_small", {"min": -(10**12)}),)
    assert result(1.5) == (("not_whole", {}),)
    assert result("1") == (("number_expected", {"example": "12"}),)


@pytest.mark.parametrize("number", [0.1, 0.7])
def test_a_number_equal_to_a_bound_with_decimals_is_valid(number: float) -> None:
    """Neither 0.1 nor 0.7 is exact as a binary fraction, so bounds are compared as decimals."""
    bounded = checker({"type": "number", "code": "n", "text": TEXT, **TENTHS})
    assert bounded.check({"n": number}).answers == {"n": number}
    assert bounded.check_texts({"n": str(number)}).answers == {"n": number}


@pytest.mark.parametrize(("number", "code"), [("0", "too_small"), ("0.8", "too_large")])
def test_the_fault_of_a_number_outside_its_bounds_states_the_bound_as_the_decimal_0_1_or_0_7(
    number: str, code: str
) -> None:
    bounded = checker({"type": "number", "code": "n", "text": TEXT, **TENTHS})
    (fault,) = bounded.check_texts({"n": number}).faults
    assert fault.code.name == code
    assert [str(bound) for bound in fault.params.values()] == [
        "0.1" if code == "too_small" else "0.7"
    ]


def test_slashes_and_tildes_in_a_code_are_escaped_in_the_json_pointer_of_its_fault() -> None:
    assert faults_of(**{"a/b~c": 1}) == [("/a~1b~0c", "unknown_question")]


def _options(count: int) -> list[dict[str, object]]:
    """Return `count` options with the codes Z0, Z1, ..."""
    return [{"code": f"Z{n}", "text": TEXT} for n in range(count)]


def test_a_multiple_choice_is_answered_with_at_least_the_fewest_options_or_not_at_all() -> None:
    question = {"type": "multiple", "code": "m", "text": TEXT, "options": _options(3), "fewest": 2}
    (fault,) = checker(question).check({"m": ["Z0"]}).faults
    assert (fault.code.name, fault.params) == ("too_few", {"min": 2})
    assert checker(question).check({"m": []}).faults == []


@pytest.mark.parametrize(("count", "last_listed"), [(20, ["Z18", "Z19"]), (21, ["Z19", "..."])])
def test_the_fault_of_an_unknown_option_lists_the_first_20_options(
    count: int, last_listed: list[str]
) -> None:
    question = {"type": "single", "code": "s", "text": TEXT, "options": _options(count)}
    (fault,) = checker(question).check({"s": "x"}).faults
    allowed = fault.params["allowed"]
    assert isinstance(allowed, list)
    assert allowed[-2:] == last_listed


@pytest.mark.parametrize("count", [20, 21])
def test_an_option_code_in_a_text_may_be_surrounded_by_blanks(count: int) -> None:
    question = {"type": "single", "code": "s", "text": TEXT, "options": _options(count)}
    assert checker(question).check_texts({"s": " Z7 "}).answers == {"s": "Z7"}


def test_the_key_of_a_submission_depends_on_its_wave_its_kind_and_each_of_its_parts() -> None:
    """The expected UUID is fixed, because keys are stored: a new release must compute the same."""
    wave = UUID(int=1)
    key = submission_key(wave, "line", "file", "12")
    assert key == UUID("9bdc105e-399f-55d2-9f7e-c12a89938c48")
    different_keys = [
        submission_key(UUID(int=2), "line", "file", "12"),
        submission_key(wave, "form", "file", "12"),
        submission_key(wave, "line", "file1", "2"),
        submission_key(wave, "line", "file12"),
    ]
    assert len({key, *different_keys}) == 5


def test_answers_are_split_into_coded_and_open_answers() -> None:
    coded, open_answers = checker().split({"appearance": 5, "wish": "cheaper"})
    assert (coded, open_answers) == ({"appearance": 5}, {"wish": "cheaper"})


def test_an_open_answer_is_stored_in_nfc_without_format_characters() -> None:
    answers = checker().check(REQUIRED | {"wish": "\ufeffcafe\u0301\u200b "}).answers
    assert answers["wish"] == "café"
    texts = {"appearance": "5\u200b", "safety": "0", "wish": "cafe\u0301", "bought": "\u200b"}
    assert checker().check_texts(texts).answers == REQUIRED | {"wish": "café"}


@pytest.mark.parametrize("invisible", ["\u200b", "\u3164 ", "\u2800"])
def test_an_open_answer_of_nothing_visible_counts_as_no_answer(invisible: str) -> None:
    assert checker().check(REQUIRED | {"wish": invisible}).answers == REQUIRED


def test_a_label_in_another_spelling_states_its_point() -> None:
    scale = {"least": 1, "most": 2, "labels": [{"value": 1, "text": text("很好", "tre\u0300s")}]}
    question = {"code": "taste", "type": "rating", "text": text("味道", "Taste"), "scale": scale}
    assert checker(question).check_texts({"taste": "Très"}).answers == {"taste": 1}
