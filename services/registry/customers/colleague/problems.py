"""The codes of faults in the owner and the team of a customer."""

from typing import Final

from shared.catalogue import FaultCode, Texts

INACTIVE_USER: Final = FaultCode(
    "inactive_user",
    Texts(
        "This user is not active: the user keeps the present customers and gets no further ones.",
        "该用户已停用：保留现有客户，但不能再分配新客户。",
    ),
    Texts(
        "Choose an active user of GET /v1/users, or activate this one.",
        "请从 GET /v1/users 中选择启用的用户，或重新启用该用户。",
    ),
)
AMBIGUOUS_NAME: Final = FaultCode(
    "ambiguous_name",
    Texts("Several users or teams have this name.", "有多个用户或团队使用此名称。"),
    Texts(
        "Give the id of the one that is meant, from GET /v1/users or GET /v1/teams.",
        "请填写所指用户或团队的 id，可从 GET /v1/users 或 GET /v1/teams 获取。",
    ),
)
