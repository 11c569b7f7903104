"""The messages about invalid answers, in English and Chinese."""

from services.survey.design.questionnaire.domain import Language
from services.survey.fieldwork.response.domain import AnswerFault

MESSAGES: dict[str, dict[Language, str]] = {
    "required": {
        "en": "Please answer this question.",
        "zh": "请回答这个问题。",
    },
    "unknown_question": {
        "en": "This version of the questionnaire has no question with this code.",
        "zh": "本版问卷没有这个编码的问题。",
    },
    "outside_scale": {
        "en": "Choose a whole number from {least} to {most}{also}.",
        "zh": "请选择 {least} 到 {most} 之间的整数{also}。",
    },
    "unknown_option": {
        "en": "Choose one of the options: {options}.",
        "zh": "请从以下选项中选择：{options}。",
    },
    "list_expected": {
        "en": "Give a list of option codes.",
        "zh": "请给出选项编码的列表。",
    },
    "repeated_option": {
        "en": "Give each option once.",
        "zh": "每个选项只能选一次。",
    },
    "too_few": {
        "en": "Choose at least {fewest}.",
        "zh": "请至少选择 {fewest} 项。",
    },
    "too_many": {
        "en": "Choose at most {greatest}.",
        "zh": "最多只能选择 {greatest} 项。",
    },
    "number_expected": {
        "en": "Give a number, such as {example}.",
        "zh": "请填写数字，例如 {example}。",
    },
    "not_whole": {
        "en": "Give a whole number.",
        "zh": "请填写整数。",
    },
    "too_many_decimals": {
        "en": "Decimal places: {decimals} at most.",
        "zh": "小数点后最多 {decimals} 位。",
    },
    "too_small": {
        "en": "Give a number that is at least {least}.",
        "zh": "请填写不小于 {least} 的数字。",
    },
    "too_large": {
        "en": "Give a number that is at most {most}.",
        "zh": "请填写不大于 {most} 的数字。",
    },
    "text_expected": {
        "en": "Give a text.",
        "zh": "请填写文字。",
    },
    "too_long": {
        "en": "Write at most {longest} characters; this text has {length}.",
        "zh": "最多 {longest} 个字，现在有 {length} 个字。",
    },
    "unreadable": {
        "en": "This text contains a character that cannot be stored; remove it.",
        "zh": "其中有无法保存的字符，请删除。",
    },
}
_OR_MISSING_CODES: dict[Language, str] = {"en": " (or {missing})", "zh": "（或 {missing}）"}


def message_for(fault: AnswerFault, language: Language = "en") -> str:
    """Return the message that explains how to correct an invalid answer."""
    details = dict(fault.details)
    missing = details.pop("missing", "")
    also = _OR_MISSING_CODES[language].format(missing=missing) if missing else ""
    return MESSAGES[fault.code][language].format(also=also, **details)
