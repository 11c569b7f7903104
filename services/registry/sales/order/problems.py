"""The codes of faults that only orders have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

ZERO_QUANTITY: Final = FaultCode(
    "zero_quantity",
    Texts("The quantity is 0.", "数量为 0。"),
    Texts(
        "Give a quantity other than 0; negative means returned.",
        "请填写不为 0 的数量；负数表示退货。",
    ),
)
OTHER_LINE_REJECTED: Final = FaultCode(
    "other_line_rejected",
    Texts("Another line of this order is rejected.", "同一订单的另一行被拒绝。"),
    Texts("Correct line {line} of the file.", "请更正文件的第 {line} 行。"),
    params=("line",),
)
LINES_DIFFER: Final = FaultCode(
    "lines_differ",
    Texts("Two lines of this order have different values.", "同一订单的两行取值不同。"),
    Texts(
        "Give the same value in line {line} and in line {other_line} of the file.",
        "请在文件的第 {line} 行和第 {other_line} 行填写相同的值。",
    ),
    params=("value", "line", "other_value", "other_line"),
)
