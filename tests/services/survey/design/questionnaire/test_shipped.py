from typing import Any

import pytest

from services.survey.design.questionnaire.domain import Role, Text, read_questionnaire
from services.survey.design.questionnaire.rules import faults_of
from services.survey.design.questionnaire.shipped import template, template_names


def shipped(name: str) -> dict[str, Any]:
    document = template(name)
    assert document is not None
    return document


def test_the_two_templates_ship() -> None:
    assert template_names() == ("acsi", "product-quality")


def test_there_is_no_template_of_another_name() -> None:
    assert template("../rules") is None


@pytest.mark.parametrize("name", template_names())
def test_a_shipped_template_has_no_fault(name: str) -> None:
    assert faults_of(shipped(name)) == []


@pytest.mark.parametrize("name", template_names())
def test_every_text_of_a_template_is_there_in_both_languages(name: str) -> None:
    questionnaire = read_questionnaire(shipped(name))
    texts = [questionnaire.title, questionnaire.introduction]
    for question in questionnaire.questions:
        texts += [question.text, question.hint or Text("有", "is there")]
    for item in questionnaire.items:
        texts += [item.text, *(choice.text for choice in item.choices if choice.text)]
    assert all(text and text.zh and text.en for text in texts)


def test_the_product_quality_table_asks_four_aspects_and_more_from_very_satisfied_down() -> None:
    """What a buyer judges a product by: appearance, stability, performance in use, safety ..."""
    items = {i.code: i for i in read_questionnaire(shipped("product-quality")).items}
    aspects = [items[code] for code in ("appearance", "stability", "performance", "safety")]
    assert {item.role for item in aspects} == {Role.SATISFACTION}
    assert [choice.text.en for choice in aspects[0].choices if choice.text] == [
        "Very satisfied",
        "Rather satisfied",
        "Fair",
        "Rather dissatisfied",
        "Very dissatisfied",
        "Not used or not applicable",
    ]


def test_the_acsi_set_holds_the_items_of_its_six_constructs() -> None:
    """3 + 3 + 2 + 3 + 1 + 3 items, price tolerance asked in two questions."""
    roles = [item.role.value for item in read_questionnaire(shipped("acsi")).items]
    assert {role: roles.count(role) for role in roles} == {
        "expectation": 3,
        "quality": 3,
        "value": 2,
        "satisfaction": 3,
        "complaint": 1,
        "loyalty": 3,
    }
