"""The codes of faults in imports: the columns of a file, and the cells and lines below them."""

from typing import Final

from shared.catalogue import FaultCode, Texts

SEPARATOR: Final = FaultCode(
    "separator",
    Texts("The file was read as one column.", "文件被读成了一列。"),
    Texts(
        "Separate cells by commas; the header was read as one cell: {columns}",
        "请用逗号分隔单元格；标题行被读成了一个单元格：{columns}",
    ),
    params=("columns",),
)
UNKNOWN_COLUMN: Final = FaultCode(
    "unknown_column",
    Texts("The file has no column of this name.", "文件没有这个名称的列。"),
    Texts("Its header is: {columns}", "标题行为：{columns}"),
    params=("columns",),
)
MAPPED_TWICE: Final = FaultCode(
    "mapped_twice",
    Texts("Two columns match the same field: {field}.", "两列对应同一个字段：{field}。"),
    Texts("Map one of them to null.", "请将其中一列映射为 null。"),
    params=("field",),
)
MISSING_COLUMNS: Final = FaultCode(
    "missing_columns",
    Texts("The file lacks columns that are needed.", "文件缺少必需的列。"),
    Texts(
        "Give or map columns for {fields}. The header is: {columns}",
        "请提供或映射以下字段的列：{fields}。标题行为：{columns}",
    ),
    params=("fields", "columns"),
)
FORMULA: Final = FaultCode(
    "formula",
    Texts("The cell contains a formula.", "单元格中是公式。"),
    Texts("Give the value, not a formula.", "请填写数值，不要用公式。"),
)
MERGED: Final = FaultCode(
    "merged",
    Texts("The cell is merged with cells of other rows.", "该单元格与其他行的单元格合并。"),
    Texts(
        "Its value may mean one row or all of them: unmerge the cells, and write the value in each "
        "row to which it belongs.",
        "无法判断其内容属于一行还是所有行：请取消合并，并在每个相应的行中填写内容。",
    ),
)
RECORD_EXISTS: Final = FaultCode(
    "record_exists",
    Texts("The record of this line exists already.", "该行对应的记录已存在。"),
    Texts(
        "Leave the line out, or import it with another mode than insert.",
        "请去掉该行，或改用 insert 以外的模式导入。",
    ),
)
RECORD_MISSING: Final = FaultCode(
    "record_missing",
    Texts("The record of this line does not exist.", "该行对应的记录不存在。"),
    Texts(
        "Leave the line out, or import it with another mode than update.",
        "请去掉该行，或改用 update 以外的模式导入。",
    ),
)
SERIAL_DATE: Final = FaultCode(
    "serial_date",
    Texts("This is the number of a day in a spreadsheet.", "这是电子表格中日期的序列号。"),
    Texts(
        "Format the cells of this column as dates, as in 2026-01-31 09:30:00, and save the file "
        "again.",
        "请将该列的单元格格式设为日期（例如 2026-01-31 09:30:00），然后重新保存文件。",
    ),
)
AMBIGUOUS_DATE: Final = FaultCode(
    "ambiguous_date",
    Texts("The order of day and month is not known.", "日和月的先后顺序不明。"),
    Texts(
        "Write the year first, as in 2026-01-31, or set `options.date_format` to day_first or "
        "month_first.",
        "请把年份写在最前（例如 2026-01-31），"
        "或将 `options.date_format` 设为 day_first 或 month_first。",
    ),
)
SHORT_YEAR: Final = FaultCode(
    "short_year",
    Texts("The year has two digits only.", "年份只有两位数字。"),
    Texts("Write the year with four digits, as in 2026-01-31.", "请写四位年份，例如 2026-01-31。"),
)
SHORTENED: Final = FaultCode(
    "shortened",
    Texts("A spreadsheet has shortened this id.", "该编号已被电子表格缩短。"),
    Texts(
        "Its last digits are lost. Format the column as text before you enter the ids or open the "
        "file, and give the whole id.",
        "末尾的数字已丢失。请在录入或打开文件前将该列设为文本格式，并填写完整的编号。",
    ),
)
PLACEHOLDER: Final = FaultCode(
    "placeholder",
    Texts("The cell has a placeholder for a missing value.", "单元格中是表示缺失值的占位符。"),
    Texts(
        "Give the value; if there is none, leave the cell blank. If {value} is the value, set "
        "`options.placeholders` to a list without it.",
        "请填写实际值；没有值时请留空。如果 {value} 就是实际值，"
        "请将 `options.placeholders` 设为不含它的列表。",
    ),
    params=("value",),
)
