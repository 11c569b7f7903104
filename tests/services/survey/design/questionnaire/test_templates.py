from typing import Any

import pytest

from services.survey.design.questionnaire.domain import Text, parse_questionnaire
from services.survey.design.questionnaire.rules import find_faults
from services.survey.design.questionnaire.templates import load_template, template_names
from shared.contracts.survey.survey import ItemRole


def document_of(template: str) -> dict[str, Any]:
    """Return the questionnaire document of an existing template."""
    document = load_template(template)
    assert document is not None
    return document


def test_the_templates_are_acsi_and_product_quality() -> None:
    assert template_names() == ("acsi", "product-quality")


def test_a_file_outside_the_templates_folder_cannot_be_loaded_as_a_template() -> None:
    assert load_template("../rules") is None


@pytest.mark.parametrize("name", template_names())
def test_a_template_breaks_no_rule_of_questionnaires(name: str) -> None:
    assert find_faults(document_of(name)) == []


@pytest.mark.parametrize("name", template_names())
def test_every_text_of_a_template_exists_in_both_languages(name: str) -> None:
    questionnaire = parse_questionnaire(document_of(name))
    texts = [questionnaire.title, questionnaire.introduction]
    for question in questionnaire.questions:
        texts += [question.text, question.hint or Text("没有", "no hint")]
    for item in questionnaire.items:
        texts += [item.text, *(choice.text for choice in item.choices if choice.text)]
    assert all(text and text.zh and text.en for text in texts)


def test_the_product_quality_template_asks_for_satisfaction_with_the_best_answer_first() -> None:
    """The items on appearance, stability, performance and safety measure satisfaction."""
    document = document_of("product-quality")
    items = {item.code: item for item in parse_questionnaire(document).items}
    aspects = [items[code] for code in ("appearance", "stability", "performance", "safety")]
    assert {item.role for item in aspects} == {ItemRole.SATISFACTION}
    assert [choice.text.en for choice in aspects[0].choices if choice.text] == [
        "Very satisfied",
        "Rather satisfied",
        "Fair",
        "Rather dissatisfied",
        "Very dissatisfied",
        "Not used or not applicable",
    ]


def test_the_acsi_template_has_items_for_each_of_the_six_constructs_of_the_acsi() -> None:
    """The model of the American Customer Satisfaction Index has six constructs.

    Loyalty has three items, because price tolerance is asked in two questions.
    """
    roles = [item.role.value for item in parse_questionnaire(document_of("acsi")).items]
    assert {role: roles.count(role) for role in roles} == {
        "expectation": 3,
        "quality": 3,
        "value": 2,
        "satisfaction": 3,
        "complaint": 1,
        "loyalty": 3,
    }
