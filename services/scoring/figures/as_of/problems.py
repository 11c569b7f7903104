"""The codes of faults that only points in time and periods have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

EITHER_OR: Final = FaultCode(
    "either_or",
    Texts("Two parameters say the same in different ways.", "两个参数重复指定了同一内容。"),
    Texts("Give `as_of` or `to`, not both.", "请只给出 `as_of` 或 `to`。"),
)
