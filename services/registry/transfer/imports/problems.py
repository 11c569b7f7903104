"""The codes of faults that only imports of the registry have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

FOREIGN: Final = FaultCode(
    "foreign",
    Texts("Files of this entity do not have this option.", "此类文件没有这个选项。"),
    Texts("Leave this option out.", "请去掉该选项。"),
)
