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
