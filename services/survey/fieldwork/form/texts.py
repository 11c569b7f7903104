"""The texts of the respondent's page, in Chinese and English, besides the questionnaire's own."""

from services.survey.design.questionnaire.domain import Language

TEXTS: dict[str, dict[Language, str]] = {
    "tag": {"zh": "zh-CN", "en": "en"},
    "switch": {"zh": "English", "en": "中文"},
    "switch_to": {"zh": "en", "en": "zh-CN"},
    "colon": {"zh": "：", "en": ": "},
    "optional": {"zh": "（选填）", "en": "(optional)"},
    "end": {"zh": "{value} 分：{label}", "en": "{value} = {label}"},
    "bounds": {"zh": "{least} 到 {most} 之间的数字", "en": "A number from {least} to {most}"},
    "missing": {"zh": "填 {value} 表示：{label}", "en": "Enter {value} for: {label}"},
    "longest": {"zh": "最多 {longest} 个字", "en": "At most {longest} characters"},
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
