"""The codes of faults in files that cannot be read as tables."""

from typing import Final

from shared.catalogue import FaultCode, Texts

MALFORMED: Final = FaultCode(
    "malformed",
    Texts("The file cannot be read.", "无法读取该文件。"),
    Texts("Save it as CSV or XLSX.", "请另存为 CSV 或 XLSX。"),
    params=("line",),
)
OTHER_KIND: Final = FaultCode(
    "other_kind",
    Texts("The file is neither CSV nor XLSX.", "文件既不是 CSV 也不是 XLSX。"),
    Texts(
        "It is {found}; open or unpack it, and save it as XLSX or CSV.",
        "文件类型为 {found}；请打开或解压后另存为 XLSX 或 CSV。",
    ),
    params=("found",),
)
PASSWORD: Final = FaultCode(
    "password",
    Texts("The workbook is protected by a password.", "工作簿设有密码保护。"),
    Texts("Remove the password, and save it as XLSX.", "请取消密码后另存为 XLSX。"),
)
EMPTY: Final = FaultCode(
    "empty",
    Texts("The file has no header line.", "文件没有标题行。"),
    Texts("Give a header line that names the columns.", "请提供写有列名的标题行。"),
)
TOO_MANY_COLUMNS: Final = FaultCode(
    "too_many_columns",
    Texts("The file has too many columns.", "文件的列过多。"),
    Texts("Give at most {max} columns.", "最多 {max} 列。"),
    params=("max",),
)
LONG_COLUMN: Final = FaultCode(
    "long_column",
    Texts("The name of a column is too long.", "列名过长。"),
    Texts("Keep the names of columns to {max} characters.", "列名最多 {max} 个字符。"),
    params=("max",),
)
DOUBLE_COLUMN: Final = FaultCode(
    "double_column",
    Texts("Two columns have the same name.", "有同名的列。"),
    Texts("Name each column once: {columns}.", "每个列名只能出现一次：{columns}。"),
    params=("columns",),
)
LONG_LINE: Final = FaultCode(
    "long_line",
    Texts("A line is too long.", "有一行过长。"),
    Texts("Keep a line under {max} characters.", "每行不超过 {max} 个字符。"),
    params=("max",),
)
ENCODING: Final = FaultCode(
    "encoding",
    Texts("The file has another encoding.", "文件的编码不符。"),
    Texts(
        "It was read as {encoding}; set `encoding` to that of the file, one of {allowed}, or save "
        "the file as UTF-8.",
        "文件按 {encoding} 读取；请将 `encoding` 设为文件的编码（{allowed} 之一），"
        "或将文件另存为 UTF-8。",
    ),
    params=("line", "encoding", "allowed"),
)
RAGGED: Final = FaultCode(
    "ragged",
    Texts("The line has more or fewer cells than the header.", "该行的单元格数与标题行不同。"),
    Texts(
        "Give {expected} cells; there are {found}.", "应有 {expected} 个单元格，实有 {found} 个。"
    ),
    params=("expected", "found"),
)
