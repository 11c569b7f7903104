"""The problems that only invitations have."""

from shared.catalogue import Texts
from shared.errors import Conflict


class AlreadyInvited(Conflict):
    """The customer has an invitation to the wave already."""

    code = "already_invited"
    title = Texts("This customer is invited to this wave.", "该客户已受邀参加本批次。")
    advice = Texts(
        "Read the existing invitation: its link stays valid.", "请读取已有的邀请，其链接一直有效。"
    )
