"""The codes of faults that only files of answers have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

TOO_MANY_LINES: Final = FaultCode(
    "too_many_lines",
    Texts("The file has too many lines.", "文件的行数过多。"),
    Texts("Give at most {max} lines in one file.", "每个文件最多 {max} 行。"),
    params=("max",),
)
