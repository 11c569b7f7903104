from typing import Any

from services.survey.design.questionnaire.domain import (
    Choice,
    Item,
    Question,
    Questionnaire,
    QuestionType,
    Role,
    Text,
    read_questionnaire,
)
from tests.services.survey.documents import every_type, text


def read() -> Questionnaire:
    return read_questionnaire(every_type())


def items() -> dict[str, Item]:
    return {item.code: item for item in read().items}


def test_a_matrix_has_an_item_per_row_and_every_other_question_one() -> None:
    assert list(items()) == [
        "appearance",
        "safety",
        "overall",
        "recommend",
        "bought",
        "bought_at",
        "people",
        "wish",
    ]


def test_a_row_takes_the_role_of_its_matrix_unless_it_has_its_own() -> None:
    assert items()["appearance"].role is Role.SATISFACTION
    assert items()["safety"].role is Role.QUALITY


def test_an_nps_question_asks_from_0_to_10_about_recommending() -> None:
    item = items()["recommend"]
    assert (item.least, item.most, item.role) == (0, 10, Role.RECOMMEND)
    assert [choice.value for choice in item.choices] == list(range(11))


def test_a_falling_scale_shows_its_best_point_first_and_its_missing_codes_last() -> None:
    assert [choice.value for choice in items()["appearance"].choices] == [5, 4, 3, 2, 1, 0]


def test_missing_codes_are_known_apart() -> None:
    assert items()["appearance"].missing == (0,)
    assert items()["bought"].missing == ("unknown",)
    assert items()["people"].missing == (99,)
    assert items()["wish"].missing == ()


def test_a_point_without_a_label_has_none() -> None:
    assert items()["appearance"].choices[1] == Choice(4)


def test_a_multiple_choice_without_limits_takes_all_its_options() -> None:
    document = every_type()
    document["questions"][4] |= {"fewest": None, "greatest": None}
    item = next(i for i in read_questionnaire(document).items if i.code == "bought_at")
    assert (item.fewest, item.greatest) == (0, 3)


def test_a_text_is_read_in_the_other_language_where_it_has_not_been_translated() -> None:
    assert Text(zh="外观", en="Appearance").reading("en") == "Appearance"
    assert Text(zh="外观").reading("en") == "外观"
    assert Text(en="Appearance").reading("zh") == "Appearance"


def test_every_question_keeps_its_type() -> None:
    assert [question.type for question in read().questions] == list(
        map(QuestionType, ["matrix", "rating", "nps", "single", "multiple", "number", "text"])
    )


TITLE, YES = Text("标题", "Title"), Text("是", "Yes")


def alone(**question: Any) -> Question:
    """Read a question that stands alone, and says no more than it must."""
    written = {"code": "q", "text": text("标题", "Title"), **question}
    (read,) = read_questionnaire({"title": text("是", "Yes"), "questions": [written]}).questions
    return read


def test_a_title_and_an_introduction_are_read_in_both_languages() -> None:
    found = read()
    assert found.title == Text("客户满意度", "Customer satisfaction")
    assert found.introduction == Text("请作答", "Please answer")
    assert read_questionnaire({"title": {"en": "Title"}, "questions": []}) == Questionnaire(
        title=Text(en="Title"), introduction=None, questions=()
    )


def test_a_question_is_read_with_what_it_shows() -> None:
    found = alone(type="text", longest=9, hint=text("是", "Yes"), required=True)
    item = Item(code="q", type=QuestionType.TEXT, text=TITLE, required=True, longest=9)
    assert found == Question(
        code="q", type=QuestionType.TEXT, text=TITLE, hint=YES, required=True, items=(item,)
    )


def test_a_question_that_says_no_more_than_it_must_has_no_hint_and_may_be_left_out() -> None:
    found = alone(type="text", longest=9)
    assert (found.hint, found.required, found.items[0].required) == (None, False, False)
    assert found.items[0].role is Role.OTHER


def test_a_number_is_whole_and_without_bounds_unless_it_says_more() -> None:
    plain = Item(code="q", type=QuestionType.NUMBER, text=TITLE)
    assert alone(type="number").items == (plain,)
    missing = [{"value": 99, "text": text("是", "Yes")}]
    bounded = alone(type="number", least=1, most=20, decimals=2, missing=missing)
    assert bounded.items == (
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


def test_a_scale_is_read_with_the_labels_of_its_points() -> None:
    labels = [{"value": 2, "text": text("是", "Yes")}]
    (item,) = alone(type="rating", scale={"least": 1, "most": 3, "labels": labels}).items
    assert (item.least, item.most) == (1, 3)
    assert item.choices == (Choice(1), Choice(2, YES), Choice(3))
    (item,) = alone(type="nps", labels=labels).items
    assert item.choices[1:4] == (Choice(1), Choice(2, YES), Choice(3))


def test_options_are_read_with_their_texts_and_how_many_may_be_chosen() -> None:
    options = [
        {"code": "a", "text": text("是", "Yes")},
        {"code": "b", "text": text("标题", "Title"), "missing": True},
    ]
    (item,) = alone(type="multiple", options=options, fewest=1, greatest=2).items
    assert item.choices == (Choice("a", YES, missing=False), Choice("b", TITLE, missing=True))
    assert (item.fewest, item.greatest) == (1, 2)
    (item,) = alone(type="multiple", options=[*options, *options], greatest=3).items
    assert (item.fewest, item.greatest) == (0, 3)


def test_a_row_of_a_matrix_has_its_own_text() -> None:
    assert items()["safety"].text == Text("安全", "Safety")


def test_a_text_that_is_not_there_is_empty() -> None:
    assert (Text().reading("zh"), Text().reading("en")) == ("", "")
    assert Text(zh="外观", en="Appearance").reading("zh") == "外观"
