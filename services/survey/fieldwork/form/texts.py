"""The texts of the respondent's page, in Chinese and English, besides the questionnaire's own."""

from services.survey.design.questionnaire.domain import Item, Language, Number
from services.survey.fieldwork.response.checks import trimmed
from services.survey.fieldwork.response.domain import AnswerFault
from services.survey.fieldwork.response.texts import message_for
from shared.contracts.survey.survey import QuestionType
from shared.faults import TOO_LONG

TEXTS: dict[str, dict[Language, str]] = {
    "tag": {"zh": "zh-CN", "en": "en"},
    "switch": {"zh": "English", "en": "中文"},
    "switch_to": {"zh": "en", "en": "zh-CN"},
    "colon": {"zh": "：", "en": ": "},
    "optional": {"zh": "（选填）", "en": "(optional)"},
    "clear": {"zh": "不作答", "en": "Leave blank"},
    "choose_any": {"zh": "可多选", "en": "Choose all that apply"},
    "choose_least": {"zh": "至少选 {least} 项", "en": "Choose at least {least}"},
    "choose_most": {"zh": "最多选 {most} 项", "en": "Choose at most {most}"},
    "choose_between": {"zh": "请选 {least} 到 {most} 项", "en": "Choose {least} to {most}"},
    "choose_exactly": {"zh": "请选 {least} 项", "en": "Choose exactly {least}"},
    "whole": {"zh": "整数", "en": "A whole number"},
    "decimal": {
        "zh": "数字，小数点后最多 {decimals} 位",
        "en": "A number, decimal places: at most {decimals}",
    },
    "number_least": {"zh": "不小于 {least}", "en": "at least {least}"},
    "number_most": {"zh": "不大于 {most}", "en": "at most {most}"},
    "number_between": {"zh": "{least} 到 {most} 之间", "en": "from {least} to {most}"},
    "comma": {"zh": "，", "en": ", "},
    "missing": {"zh": "填 {value} 表示：", "en": "Enter {value} for: "},
    "longest": {"zh": "最多 {longest} 个字", "en": "At most {longest} characters"},
    "too_long": {
        "zh": "现在有 {length} 个字，最多 {longest} 个字，请缩短。",
        "en": "This text has {length} characters, and at most {longest} are allowed. Shorten it.",
    },
    "submit": {"zh": "提交", "en": "Submit"},
    "fault": {"zh": "错误", "en": "Error"},
    "faults": {
        "zh": "还有 {count} 处需要修改，您已填写的内容都在：",
        "en": "Please look at {count} of your answers; everything you entered is still there:",
    },
    "one_fault": {
        "zh": "还有 1 处需要修改，您已填写的内容都在：",
        "en": "Please look at one of your answers; everything you entered is still there:",
    },
    "incomplete": {
        "zh": "这一页放得太久或不完整，请再提交一次，您已填写的内容都在。",
        "en": "This page was incomplete. Please submit it again; your answers are still there.",
    },
    "thanks": {"zh": "谢谢您的回答！", "en": "Thank you for your answers!"},
    "thanks_more": {
        "zh": "您的意见已经收到，现在可以关闭这个页面。",
        "en": "We have received them. You can close this page now.",
    },
    "submitted_before": {
        "zh": "这份问卷此前已经提交，当时的回答已保存，没有改动。"
        "如果下面是另一个人的回答，请再提交一次。",
        "en": "This form was submitted before; those answers are stored and have not been changed. "
        "Submit the answers below only if they are another person's.",
    },
    "submitted": {"zh": "这份问卷已经提交", "en": "This questionnaire was submitted"},
    "submitted_more": {
        "zh": "提交时间：{moment}。回答已保存，不需要再填一次。",
        "en": "The answers were submitted at {moment} and are stored. There is nothing left to do.",
    },
    "changing": {
        "zh": "您此前已经提交过。再次提交后，下面的回答将代替原来的回答。",
        "en": "You have answered before. If you submit, these answers replace the earlier ones.",
    },
    "change": {"zh": "修改我的回答", "en": "Change my answers"},
    "another_person": {
        "zh": "为另一个人填写一份",
        "en": "Fill in a questionnaire for another person",
    },
    "unreadable": {"zh": "无法读取这份问卷", "en": "This form could not be read"},
    "unreadable_more": {
        "zh": "没有保存任何内容。请返回上一页，检查填写的内容后再提交一次。",
        "en": "Nothing was stored. Go back to the page, check what you entered and submit again.",
    },
    "closed": {"zh": "调查已经结束", "en": "This survey is closed"},
    "closed_more": {
        "zh": "感谢您的关注，本次调查不再接收新的回答。",
        "en": "Thank you for your interest. It takes no more answers.",
    },
    "not_open": {"zh": "调查还没有开始", "en": "This survey has not started yet"},
    "not_open_more": {"zh": "请稍后再打开这个链接。", "en": "Please open this link again later."},
    "unknown_link": {"zh": "链接无效", "en": "This link leads nowhere"},
    "unknown_link_more": {
        "zh": "请检查链接是否完整，或向给您链接的人询问。",
        "en": "Check that the link is complete, or ask the person who sent it to you.",
    },
}


class PageTexts:
    """The texts of the page in one language; `texts["submit"]` returns the text of this name."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __getitem__(self, name: str) -> str:
        return TEXTS[name][self._language]

    def format(self, name: str, **values: object) -> str:
        """Return the text of this name, with its placeholders replaced by these values."""
        return self[name].format(**values)


def message_of(fault: AnswerFault, answer: str, language: Language) -> str:
    """Return the message about an invalid answer; `answer` is the text that was submitted."""
    if fault.code is not TOO_LONG:
        return message_for(fault, language)
    lengths = {"length": len(trimmed(answer)), "longest": fault.params["max"]}
    return PageTexts(language).format("too_long", **lengths)


def limits_of(item: Item, texts: PageTexts) -> str | None:
    """Return what an answer has to be like, or None if every answer that can be given is valid."""
    match item.type:
        case QuestionType.MULTIPLE:
            return _option_limits(item, texts)
        case QuestionType.NUMBER:
            return _number_limits(item, texts)
        case QuestionType.TEXT:
            return texts.format("longest", longest=item.longest)
    return None


def _option_limits(item: Item, texts: PageTexts) -> str:
    """Return how many options of a multiple choice can be chosen."""
    least, most = max(item.least_options, int(item.required)), item.most_options
    has_least = least > 1 or item.required
    if most >= len(item.choices):
        return texts.format("choose_least", least=least) if has_least else texts["choose_any"]
    if least == most:
        return texts.format("choose_exactly", least=least)
    return texts.format("choose_between" if has_least else "choose_most", least=least, most=most)


def _number_limits(item: Item, texts: PageTexts) -> str:
    """Return the bounds of a number, and how many decimals it can have."""
    kind = texts.format("decimal", decimals=item.decimals) if item.decimals else texts["whole"]
    bounds = {"least": _shown(item.least), "most": _shown(item.most)}
    if item.least is None and item.most is None:
        return kind
    has_both = item.least is not None and item.most is not None
    name = "number_between" if has_both else "number_most" if item.least is None else "number_least"
    return f"{kind}{texts['comma']}{texts.format(name, **bounds)}"


def _shown(bound: Number | None) -> str:
    """Return a bound as it is shown: a whole number without a decimal point."""
    return f"{bound:.15g}" if bound is not None else ""
