from typing import Any

from services.survey.design.questionnaire.domain import (
    Choice,
    Item,
    Question,
    Questionnaire,
    Text,
    parse_questionnaire,
)
from shared.contracts.survey.survey import ItemRole, QuestionType
from tests.services.survey.documents import every_type, text


def parsed_questionnaire() -> Questionnaire:
    """Return the parsed questionnaire with one question of each type."""
    return parse_questionnaire(every_type())


def items_by_code() -> dict[str, Item]:
    """Return the items of the questionnaire with one question of each type, by code."""
    return {item.code: item for item in parsed_questionnaire().items}


def test_a_matrix_has_one_item_per_row_and_every_other_question_is_one_item() -> None:
    """The rows of the matrix are `appearance` and `safety`; each other item is a question."""
    assert list(items_by_code()) == [
        "appearance",
        "safety",
        "overall",
        "recommend",
        "bought",
        "bought_at",
        "people",
        "wish",
    ]


def test_a_matrix_row_without_a_role_has_the_role_of_its_matrix() -> None:
    assert items_by_code()["appearance"].role is ItemRole.SATISFACTION
    assert items_by_code()["safety"].role is ItemRole.QUALITY


def test_an_nps_question_has_a_scale_from_0_to_10_and_the_role_recommend() -> None:
    item = items_by_code()["recommend"]
    assert (item.least, item.most, item.role) == (0, 10, ItemRole.RECOMMEND)
    assert [choice.value for choice in item.choices] == list(range(11))


def test_a_falling_scale_lists_its_greatest_point_first_and_its_missing_codes_last() -> None:
    assert [choice.value for choice in items_by_code()["appearance"].choices] == [5, 4, 3, 2, 1, 0]


def test_the_missing_codes_of_an_item_are_the_choices_that_count_as_no_answer() -> None:
    assert items_by_code()["appearance"].missing == (0,)
    assert items_by_code()["bought"].missing == ("unknown",)
    assert items_by_code()["people"].missing == (99,)
    assert items_by_code()["wish"].missing == ()


def test_a_point_of_a_scale_may_have_no_label() -> None:
    assert items_by_code()["appearance"].choices[1] == Choice(4)


def test_a_multiple_choice_without_limits_allows_any_number_of_its_options() -> None:
    document = every_type()
    document["questions"][4] |= {"fewest": None, "greatest": None}
    item = next(i for i in parse_questionnaire(document).items if i.code == "bought_at")
    assert (item.least_options, item.most_options) == (0, 3)


def test_a_text_without_a_translation_is_shown_in_the_other_language() -> None:
    assert Text(zh="外观", en="Appearance").in_language("en") == "Appearance"
    assert Text(zh="外观").in_language("en") == "外观"
    assert Text(en="Appearance").in_language("zh") == "Appearance"


def test_each_type_of_question_is_parsed_as_that_type() -> None:
    assert [question.type for question in parsed_questionnaire().questions] == list(
        map(QuestionType, ["matrix", "rating", "nps", "single", "multiple", "number", "text"])
    )


TITLE, YES = Text("标题", "Title"), Text("是", "Yes")


def parse_question(**fields: Any) -> Question:
    """Return the parsed question with these fields, the code `q` and the text TITLE."""
    question = {"code": "q", "text": text("标题", "Title"), **fields}
    document = {"title": text("是", "Yes"), "questions": [question]}
    return parse_questionnaire(document).questions[0]


def test_the_title_and_the_introduction_are_parsed_in_both_languages() -> None:
    questionnaire = parsed_questionnaire()
    assert questionnaire.title == Text("客户满意度", "Customer satisfaction")
    assert questionnaire.introduction == Text("请作答", "Please answer")
    assert parse_questionnaire({"title": {"en": "Title"}, "questions": []}) == Questionnaire(
        title=Text(en="Title"), introduction=None, questions=()
    )


def test_a_question_is_parsed_with_its_text_and_hint() -> None:
    question = parse_question(type="text", longest=9, hint=text("是", "Yes"), required=True)
    item = Item(code="q", type=QuestionType.TEXT, text=TITLE, required=True, longest=9)
    assert question == Question(
        code="q", type=QuestionType.TEXT, text=TITLE, hint=YES, required=True, items=(item,)
    )


def test_a_question_has_no_hint_and_is_optional_by_default() -> None:
    question = parse_question(type="text", longest=9)
    (item,) = question.items
    assert (question.hint, question.required, item.required) == (None, False, False)
    assert item.role is ItemRole.OTHER


def test_a_number_is_whole_and_without_bounds_by_default() -> None:
    unbounded_item = Item(code="q", type=QuestionType.NUMBER, text=TITLE)
    assert parse_question(type="number").items == (unbounded_item,)
    missing = [{"value": 99, "text": text("是", "Yes")}]
    bounded_question = parse_question(type="number", least=1, most=20, decimals=2, missing=missing)
    assert bounded_question.items == (
        Item(
            code="q",
            type=QuestionType.NUMBER,
            text=TITLE,
            least=1,
            most=20,
            decimals=2,
            choices=(Choice(99, YES, missing=True),),
        ),
    )


def test_a_scale_is_parsed_with_the_labels_of_its_points() -> None:
    labels = [{"value": 2, "text": text("是", "Yes")}]
    (item,) = parse_question(type="rating", scale={"least": 1, "most": 3, "labels": labels}).items
    assert (item.least, item.most) == (1, 3)
    assert item.choices == (Choice(1), Choice(2, YES), Choice(3))
    (item,) = parse_question(type="nps", labels=labels).items
    assert item.choices[1:4] == (Choice(1), Choice(2, YES), Choice(3))


def test_options_are_parsed_with_their_texts_and_with_the_limits_of_how_many_can_be_chosen() -> (
    None
):
    options = [
        {"code": "a", "text": text("是", "Yes")},
        {"code": "b", "text": text("标题", "Title"), "missing": True},
    ]
    (item,) = parse_question(type="multiple", options=options, fewest=1, greatest=2).items
    assert item.choices == (Choice("a", YES, missing=False), Choice("b", TITLE, missing=True))
    assert (item.least_options, item.most_options) == (1, 2)
    (item,) = parse_question(type="multiple", options=[*options, *options], greatest=3).items
    assert (item.least_options, item.most_options) == (0, 3)


def test_a_row_of_a_matrix_has_its_own_text() -> None:
    assert items_by_code()["safety"].text == Text("安全", "Safety")


def test_a_text_is_shown_in_the_language_and_a_missing_text_as_empty() -> None:
    assert Text(zh="外观", en="Appearance").in_language("zh") == "外观"
    assert (Text().in_language("zh"), Text().in_language("en")) == ("", "")
