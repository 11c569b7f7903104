"""The codes of faults that only files of answers have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

TOO_MANY_LINES: Final = FaultCode(
    "too_many_lines",
    Texts("The file has too many lines.", "文件的行数过多。"),
    Texts("Give at most {max} lines in one file.", "每个文件最多 {max} 行。"),
    params=("max",),
)
REPEATED_RESPONSE: Final = FaultCode(
    "repeated_response",
    Texts("An earlier line has the same response id.", "前面的行已有该答卷编号。"),
    Texts(
        "Line {line} of the file is the same response; remove one line.",
        "文件的第 {line} 行是同一份答卷，请删除其中一行。",
    ),
    params=("line",),
)
OTHER_RESPONDENT: Final = FaultCode(
    "other_respondent",
    Texts(
        "The response with this id is stored already, and it is not this respondent's.",
        "该编号的答卷已存储，但不属于该受访者。",
    ),
    Texts(
        "Correct the id of the response or of the respondent. If the ids come from several sources "
        "that number their responses alike, import each with a system of its own.",
        "请更正答卷编号或受访者编号；若多个来源的答卷编号重复，请为每个来源使用不同的 system。",
    ),
)
MAY_COUNT_TWICE: Final = FaultCode(
    "may_count_twice",
    Texts(
        "Some lines have neither a response_id nor a respondent_external_id.",
        "部分行既没有 response_id，也没有 respondent_external_id。",
    ),
    Texts(
        "Sent again in another file, these lines count twice: add the column response_id, or send "
        "only new lines.",
        "若在另一个文件中再次发送，这些行会被重复计数：请添加 response_id 列，或只发送新增的行。",
    ),
)
REPEATED_RESPONDENT: Final = FaultCode(
    "repeated_respondent",
    Texts("An earlier line has the same respondent.", "前面的行已有该受访者。"),
    Texts(
        "The respondent has answered in line {line} of the file; remove one line.",
        "该受访者已在文件的第 {line} 行作答，请删除其中一行。",
    ),
    params=("line",),
)
