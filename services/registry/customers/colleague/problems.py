"""The code of a fault that only the owner and the team of a customer have."""

from typing import Final

from shared.catalogue import FaultCode, Texts

AMBIGUOUS_NAME: Final = FaultCode(
    "ambiguous_name",
    Texts("Several users or teams have this name.", "有多个用户或团队使用此名称。"),
    Texts(
        "Give the id of the one that is meant, from GET /v1/users or GET /v1/teams.",
        "请填写所指用户或团队的 id，可从 GET /v1/users 或 GET /v1/teams 获取。",
    ),
)
