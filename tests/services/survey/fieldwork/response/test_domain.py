import json
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.design.questionnaire.domain import read_questionnaire
from services.survey.fieldwork.response.domain import Sheet, key_of
from shared.contracts.survey.response import Answer
from tests.services.survey.documents import every_type, text

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


def sheet(*questions: Mapping[str, object]) -> Sheet:
    """Give the sheet of these questions, else of one question of each type."""
    document = every_type()
    return Sheet(
        read_questionnaire({**document, "questions": questions or document["questions"]}).items
    )


def refused(**answers: object) -> list[tuple[str, str]]:
    checked = sheet().check(REQUIRED | answers)
    return [(refusal.pointer, refusal.code) for refusal in checked.refusals]


def refused_written(**answers: str) -> list[tuple[str, str]]:
    checked = sheet().check_texts({"appearance": "5", "safety": "0"} | answers)
    return [(refusal.pointer, refusal.code) for refusal in checked.refusals]


@given(st.fixed_dictionaries(VALID))
def test_answers_within_the_questionnaire_are_taken_as_they_are(answers: dict[str, Answer]) -> None:
    checked = sheet().check(answers)
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
    assert sheet().check_texts(written) == sheet().check(answers)


@given(st.dictionaries(st.sampled_from([*VALID, "unknown"]), JSON))
def test_whatever_comes_is_taken_or_refused_at_its_question(answers: dict[str, object]) -> None:
    """Nothing raises, nothing is both taken and refused, and what is taken travels as JSON."""
    checked = sheet().check(answers)
    refused = {refusal.item for refusal in checked.refusals}
    assert not refused & set(checked.answers)
    assert json.loads(json.dumps(checked.answers, allow_nan=False)) == checked.answers
    assert {code for code, value in answers.items() if value is not None} <= (
        refused | set(checked.answers) | {"wish", "bought_at"}
    )


@given(st.dictionaries(st.sampled_from(list(VALID)), st.text()))
def test_whatever_is_written_is_taken_or_refused(answers: dict[str, str]) -> None:
    checked = sheet().check_texts(answers)
    assert not {refusal.item for refusal in checked.refusals} & set(checked.answers)


@given(st.decimals(1, 20, places=1))
def test_a_number_is_kept_exactly(number: Decimal) -> None:
    kept = sheet().check_texts({"people": str(number)}).answers["people"]
    assert Decimal(repr(kept)) == number
    assert isinstance(kept, int) is (number == int(number))


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
        ({"appearance": "None"}, "outside_scale"),
        ({"bought": "never"}, "unknown_option"),
        ({"bought_at": "shop;shop"}, "repeated_option"),
        ({"bought_at": "shop;moon"}, "unknown_option"),
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
def test_a_point_may_be_written_in_the_ways_files_bring_it(written: str, value: int) -> None:
    assert sheet().check_texts({"appearance": written}).answers["appearance"] == value


def test_options_may_be_written_as_their_labels_and_keep_the_order_of_the_questionnaire() -> None:
    answers = sheet().check_texts({"bought": "最近", "bought_at": "Online; shop"}).answers
    assert answers == {"bought": "recent", "bought_at": ["shop", "online"]}


def test_a_label_that_two_options_share_names_neither() -> None:
    document = every_type()
    document["questions"][3]["options"][1]["text"]["en"] = "Recently"
    shared = Sheet(read_questionnaire(document).items)
    assert [r.code for r in shared.check_texts({"bought": "Recently"}).refusals][:1] == [
        "unknown_option"
    ]


def test_blank_answers_are_none() -> None:
    checked = sheet().check_texts({"appearance": " ", "safety": "1", "wish": "\r\n", "people": ""})
    assert checked.answers == {"safety": 1}
    assert [refusal.code for refusal in checked.refusals] == ["required"]


def test_blank_words_and_an_empty_choice_are_no_answers() -> None:
    checked = sheet().check({**REQUIRED, "wish": " \n", "bought_at": []})
    assert (checked.answers, checked.refusals) == (REQUIRED, [])


def test_words_keep_their_lines_and_may_be_as_long_as_allowed() -> None:
    words = "x" * 23 + "\r\nb\n" + "x" * 24
    assert sheet().check({"wish": f" {words} "}).answers["wish"] == words.replace("\r", "")
    assert len(words.replace("\r", "")) == 50


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        ({"appearance": 6}, {"least": 1, "most": 5, "missing": "0"}),
        ({"bought": "never"}, {"options": "recent, earlier, unknown"}),
        ({"bought_at": ["moon"]}, {"options": "shop, online, dealer"}),
        ({"bought_at": "shop"}, {}),
        ({"bought_at": ["shop", "online", "dealer"]}, {"greatest": 2}),
        ({"people": "4"}, {"example": "12.5"}),
        ({"people": 0}, {"least": 1}),
        ({"people": 21}, {"most": 20}),
        ({"people": 1.25}, {"decimals": 1}),
        ({"wish": "x" * 51}, {"longest": 50, "length": 51}),
    ],
)
def test_a_refusal_says_what_would_have_been_taken(
    answers: dict[str, object], detail: dict[str, object]
) -> None:
    (refusal,) = sheet().check(REQUIRED | answers).refusals
    assert refusal.detail == detail


def test_a_written_refusal_says_the_same_and_where_in_a_list_it_stands() -> None:
    required = {"appearance": "5", "safety": "0"}
    told = [
        sheet().check_texts(required | {code: text}).refusals[0]
        for code, text in (("overall", "12"), ("overall", "good"), ("bought_at", "shop;moon"))
    ]
    scale = {"least": 1, "most": 10, "missing": ""}
    assert [refusal.detail for refusal in told[:2]] == [scale, scale]
    assert (told[2].pointer, told[2].detail) == (
        "/bought_at/1",
        {"options": "shop, online, dealer"},
    )


TEXT = text("问题", "Question")
TENTHS = {"least": 0.1, "most": 0.7, "decimals": 1}


def test_a_number_without_bounds_is_whole_and_within_what_a_float_keeps() -> None:
    endless = sheet({"type": "number", "code": "n", "text": TEXT})

    def told(value: object) -> tuple[object, ...]:
        checked = endless.check({"n": value})
        return (*checked.answers.values(), *((r.code, r.detail) for r in checked.refusals))

    assert (told(10**12), told(-(10**12)), told(4.0)) == ((10**12,), (-(10**12),), (4,))
    assert told(10**12 + 1) == (("too_large", {"most": 10**12}),)
    assert told(-(10**12) - 1) == (("too_small", {"least": -(10**12)}),)
    assert told(1.5) == (("not_whole", {"decimals": 0}),)
    assert told("1") == (("number_expected", {"example": "12"}),)


@pytest.mark.parametrize("number", [0.1, 0.7])
def test_a_bound_is_the_number_that_is_written(number: float) -> None:
    """Neither bound of 0.1 to 0.7 is what it is written as in binary, and each is within."""
    narrow = sheet({"type": "number", "code": "n", "text": TEXT, **TENTHS})
    assert narrow.check({"n": number}).answers == {"n": number}
    assert narrow.check_texts({"n": str(number)}).answers == {"n": number}


@pytest.mark.parametrize(("number", "code"), [("0", "too_small"), ("0.8", "too_large")])
def test_what_is_beyond_a_bound_of_tenths_is_refused_with_that_bound(
    number: str, code: str
) -> None:
    narrow = sheet({"type": "number", "code": "n", "text": TEXT, **TENTHS})
    (refusal,) = narrow.check_texts({"n": number}).refusals
    assert refusal.code == code
    assert [str(bound) for bound in refusal.detail.values()] == [
        "0.1" if code == "too_small" else "0.7"
    ]


def test_a_refusal_points_to_codes_with_slashes_and_tildes() -> None:
    assert refused(**{"a/b~c": 1}) == [("/a~1b~0c", "unknown_question")]


def _options(many: int) -> list[dict[str, object]]:
    return [{"code": f"Z{n}", "text": TEXT} for n in range(many)]


def test_of_several_options_the_fewest_have_to_be_chosen_or_none() -> None:
    question = {"type": "multiple", "code": "m", "text": TEXT, "options": _options(3), "fewest": 2}
    (refusal,) = sheet(question).check({"m": ["Z0"]}).refusals
    assert (refusal.code, refusal.detail) == ("too_few", {"fewest": 2})
    assert sheet(question).check({"m": []}).refusals == []


@pytest.mark.parametrize(("many", "shown"), [(20, "Z18, Z19"), (21, "Z18, Z19, ...")])
def test_of_many_options_the_first_are_shown(many: int, shown: str) -> None:
    question = {"type": "single", "code": "s", "text": TEXT, "options": _options(many)}
    (refusal,) = sheet(question).check({"s": "x"}).refusals
    assert str(refusal.detail["options"]).endswith(shown)
    assert sheet(question).check_texts({"s": " Z7 "}).answers == {"s": "Z7"}


def test_a_submission_is_known_by_its_wave_its_kind_and_its_names() -> None:
    wave = UUID(int=1)
    one = key_of(wave, "line", "file", "12")
    assert one == UUID("9bdc105e-399f-55d2-9f7e-c12a89938c48")
    others = [
        key_of(UUID(int=2), "line", "file", "12"),
        key_of(wave, "form", "file", "12"),
        key_of(wave, "line", "file1", "2"),
        key_of(wave, "line", "file12"),
    ]
    assert len({one, *others}) == 5


def test_open_answers_are_parted_from_coded_ones() -> None:
    coded, open_answers = sheet().part({"appearance": 5, "wish": "cheaper"})
    assert (coded, open_answers) == ({"appearance": 5}, {"wish": "cheaper"})
