from services.survey.questionnaire.domain import (
    Choice,
    Item,
    Questionnaire,
    QuestionType,
    Role,
    Text,
    read_questionnaire,
)
from tests.services.survey.documents import every_type


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
