from typing import Any, get_args

import pytest

from services.survey.design.questionnaire.domain import Language, parse_questionnaire
from services.survey.fieldwork.response import problems
from services.survey.fieldwork.response.domain import AnswerChecker, AnswerFault
from services.survey.fieldwork.response.problems import IN_FUTURE
from services.survey.fieldwork.response.texts import fault_of, message_for
from shared.catalogue import FaultCode
from shared.faults import TEXT_EXPECTED
from tests.services.survey.documents import every_type


def faults_of_every_code() -> list[AnswerFault]:
    """Return the faults of invalid answers to every type of question, with every fault code.

    The first fault has the code `outside_scale`.
    """
    checker = AnswerChecker(parse_questionnaire(every_type()).items)
    answers: list[dict[str, object]] = [
        {"appearance": 9, "colour": 1, "bought": "x", "bought_at": 1, "people": "x", "wish": 1},
        {"bought_at": ["shop", "shop"], "people": 0, "wish": "x" * 51},
        {"bought_at": ["shop", "online", "dealer"], "people": 50, "wish": "\x00"},
        {"people": 1.55},
    ]
    strict_checker = AnswerChecker(parse_questionnaire(with_stricter_questions()).items)
    return [
        *(fault for response in answers for fault in checker.check(response).faults),
        *strict_checker.check({"bought_at": ["shop"], "people": 1.5}).faults,
    ]


def with_stricter_questions() -> dict[str, Any]:
    """Return `every_type()` with a choice of two options and a question for a whole number."""
    document = every_type()
    questions = {question["code"]: question for question in document["questions"]}
    questions["bought_at"]["fewest"] = 2
    questions["people"]["decimals"] = 0
    return document


def test_the_checks_find_faults_with_every_code_of_answers() -> None:
    declared = {code for code in vars(problems).values() if isinstance(code, FaultCode)}
    found = {fault.code for fault in faults_of_every_code()}
    assert declared - found == {IN_FUTURE}
    assert len(found - declared) == 10


def test_the_fault_of_an_answer_has_the_message_of_the_page_and_the_parameters() -> None:
    (outside_scale, *_) = faults_of_every_code()
    fault = fault_of(outside_scale)
    assert (fault.pointer, fault.code) == ("/answers/appearance", "outside_scale")
    assert fault.params == {"min": 1, "max": 5, "missing": [0]}
    assert fault.message == message_for(outside_scale)


@pytest.mark.parametrize("language", get_args(Language))
def test_every_fault_of_an_answer_has_a_message_in_every_language(language: Language) -> None:
    messages = [message_for(fault, language) for fault in faults_of_every_code()]
    assert all(messages)
    assert not any("{" in message for message in messages)


def test_a_message_describes_the_valid_answers_and_does_not_repeat_the_input() -> None:
    outside_scale = faults_of_every_code()[0]
    assert message_for(outside_scale) == "Choose a whole number from 1 to 5 (or 0)."
    assert message_for(outside_scale, "zh") == "请选择 1 到 5 之间的整数（或 0）。"


def test_the_advice_for_a_respondent_does_not_mention_json() -> None:
    (fault,) = (fault for fault in faults_of_every_code() if fault.code is TEXT_EXPECTED)
    assert message_for(fault) == "Give a text."
    assert message_for(fault, "zh") == "请填写文字。"


def test_the_message_about_a_scale_without_missing_codes_mentions_no_missing_code() -> None:
    checker = AnswerChecker(parse_questionnaire(every_type()).items)
    faults = checker.check({"overall": 11}).faults
    (fault,) = (fault for fault in faults if fault.item == "overall")
    assert message_for(fault) == "Choose a whole number from 1 to 10."
