"""The problems and the codes of faults that only responses have."""

from typing import Final

from shared.catalogue import FaultCode, Texts
from shared.errors import Conflict


class AlreadyAnswered(Conflict):
    """The respondent has a response to the wave already."""

    code = "already_answered"
    title = Texts("This respondent has answered this wave.", "该受访者已回答本批次。")
    advice = Texts("A customer answers a wave once.", "每位客户在每个批次只能回答一次。")


IN_FUTURE: Final = FaultCode(
    "in_future",
    Texts("The time is in the future.", "时间在未来。"),
    Texts("Give a time in the past.", "请填写过去的时间。"),
)
UNKNOWN_QUESTION: Final = FaultCode(
    "unknown_question",
    Texts(
        "This version of the questionnaire has no question with this code.",
        "本版问卷没有这个编码的问题。",
    ),
    Texts("Leave the answer out, or correct its code.", "请去掉该回答，或更正编码。"),
)
UNKNOWN_OPTION: Final = FaultCode(
    "unknown_option",
    Texts("The question has no such option.", "该问题没有这个选项。"),
    Texts("Choose one of the options: {allowed}.", "请从以下选项中选择：{allowed}。"),
    params=("allowed",),
)
REPEATED_OPTION: Final = FaultCode(
    "repeated_option",
    Texts("An option is chosen twice.", "选项重复。"),
    Texts("Give each option once.", "每个选项只能选一次。"),
)
TOO_FEW: Final = FaultCode(
    "too_few",
    Texts("Too few options are chosen.", "选项过少。"),
    Texts("Choose at least {min}.", "请至少选择 {min} 项。"),
    params=("min",),
)
NOT_WHOLE: Final = FaultCode(
    "not_whole",
    Texts("The answer is not a whole number.", "答案不是整数。"),
    Texts("Give a whole number.", "请填写整数。"),
)
TOO_MANY_DECIMALS: Final = FaultCode(
    "too_many_decimals",
    Texts("The number has too many decimal places.", "小数位过多。"),
    Texts("Decimal places: {max} at most.", "小数点后最多 {max} 位。"),
    params=("max",),
)
