"""The codes of faults that only API keys have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

NOT_ALL: Final = FaultCode(
    "not_all",
    Texts("A key with the scope admin sees all rows.", "具有 admin 权限的密钥可见所有数据。"),
    Texts("Leave `rows` out, or set it to all.", "请去掉 `rows`，或设为 all。"),
)
