"""The messages about invalid answers, in English and Chinese.

A message is the advice of the fault's code, because respondents read it beside the question.
"""

from typing import Final

from services.survey.design.questionnaire.domain import Language
from services.survey.design.questionnaire.problems import OUTSIDE_SCALE
from services.survey.fieldwork.response.domain import AnswerFault
from shared.catalogue import FaultCode, Texts, filled
from shared.errors import Fault
from shared.faults import (
    LIST_EXPECTED,
    NUMBER_EXPECTED,
    REQUIRED,
    TEXT_EXPECTED,
    TOO_LONG,
    TOO_MANY,
    UNREADABLE,
)

_ADVICE: Final[dict[FaultCode, Texts]] = {
    REQUIRED: Texts("Please answer this question.", "请回答这个问题。"),
    LIST_EXPECTED: Texts("Give a list of option codes.", "请给出选项编码的列表。"),
    TOO_MANY: Texts("Choose at most {max}.", "最多只能选择 {max} 项。"),
    NUMBER_EXPECTED: Texts(
        "Give a number such as {example}, without separators, units or other text.",
        "请填写数字，例如 {example}，不带分隔符、单位或其他文字。",
    ),
    TEXT_EXPECTED: Texts("Give a text.", "请填写文字。"),
    TOO_LONG: Texts("Write at most {max} characters.", "最多 {max} 个字。"),
    UNREADABLE: Texts(
        "This text contains a character that cannot be stored; remove it.",
        "其中有无法保存的字符，请删除。",
    ),
}
"""Advice that is more specific for answers than that of the code."""
_OR_MISSING_CODE: Final = Texts(
    "Choose a whole number from {min} to {max} (or {missing}).",
    "请选择 {min} 到 {max} 之间的整数（或 {missing}）。",
)


def message_for(fault: AnswerFault, language: Language = "en") -> str:
    """Return the message that explains how to correct an invalid answer."""
    return filled(getattr(_advice(fault), language), fault.params)


def fault_of(fault: AnswerFault) -> Fault:
    """Return the fault of an answer as the fault of a request body."""
    return Fault(f"/answers{fault.pointer}", fault.code, _advice(fault).en, **fault.params)


def _advice(fault: AnswerFault) -> Texts:
    """Return the advice about an invalid answer, in both languages."""
    if fault.code is OUTSIDE_SCALE and fault.params["missing"]:
        return _OR_MISSING_CODE
    return _ADVICE.get(fault.code, fault.code.advice)
