from typing import get_args

import pytest

from services.survey.design.questionnaire.domain import Language, read_questionnaire
from services.survey.fieldwork.response.domain import Refusal, Sheet
from services.survey.fieldwork.response.texts import say
from tests.services.survey.documents import every_type


def refusals() -> list[Refusal]:
    sheet = Sheet(read_questionnaire(every_type()).items)
    answers: list[dict[str, object]] = [
        {"appearance": 9, "colour": 1, "bought": "x", "bought_at": 1, "people": "x", "wish": 1},
        {"bought_at": ["shop", "shop"], "people": 0, "wish": "x" * 51},
        {"bought_at": ["shop", "online", "dealer"], "people": 50, "wish": "\x00"},
        {"people": 1.55},
    ]
    return [refusal for each in answers for refusal in sheet.check(each).refusals]


@pytest.mark.parametrize("language", get_args(Language))
def test_every_refusal_can_be_said_in_every_language(language: Language) -> None:
    said = [say(refusal, language) for refusal in refusals()]
    assert all(said)
    assert not any("{" in each for each in said)


def test_what_is_said_names_what_would_be_taken_and_does_not_repeat_the_input() -> None:
    first = refusals()[0]
    assert say(first) == "Choose a whole number from 1 to 5 (or 0)."
    assert say(first, "zh") == "请选择 1 到 5 之间的整数（或 0）。"


def test_of_a_scale_without_missing_codes_none_is_said() -> None:
    sheet = Sheet(read_questionnaire(every_type()).items)
    (refusal,) = (each for each in sheet.check({"overall": 11}).refusals if each.item == "overall")
    assert say(refusal) == "Choose a whole number from 1 to 10."
