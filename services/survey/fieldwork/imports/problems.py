"""The codes of faults that only files of answers have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

TOO_MANY_LINES: Final = FaultCode(
    "too_many_lines",
    Texts("The file has too many lines.", "文件的行数过多。"),
    Texts("Give at most {max} lines in one file.", "每个文件最多 {max} 行。"),
    params=("max",),
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
