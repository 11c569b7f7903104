"""The problems and the codes of faults that only customers have."""

from typing import Final

from shared.catalogue import FaultCode, Texts
from shared.errors import Conflict, MethodNotAllowed


class ExternalIdTaken(Conflict):
    """Another record has this external id."""

    code = "external_id_taken"
    title = Texts("Another record has this external id.", "该外部 id 已被其他记录使用。")
    advice = Texts(
        "Use the id of the other record, or change that record by PUT.",
        "请使用另一条记录的 id，或用 PUT 修改那条记录。",
    )


class NotDeletable(MethodNotAllowed):
    """A customer cannot be deleted."""

    code = "not_deletable"
    title = Texts(
        "A customer is not deleted, because orders, answers and scores refer to it.",
        "客户不能删除，因为订单、回答和评分都与其关联。",
    )
    advice = Texts(
        "Send a PATCH: `disqualified` marks a customer that is not worth pursuing, another `owner` "
        "or `team` hides it from keys with `rows: own` or `rows: team`, and null removes a value "
        "such as `email` or `phone` from the record, from lists and from states published later. "
        "The history still shows the old value to everyone who sees the customer.",
        "请用 PATCH：`disqualified` 标记不值得跟进的客户，更改 `owner` 或 `team` 可使其对 "
        "`rows: own` 或 `rows: team` 的密钥不可见，null 可将 `email`、`phone` 等值"
        "从记录、列表和此后发布的状态中清除。但历史记录仍会向所有能看到该客户的人显示旧值。",
    )


CONTRADICTION: Final = FaultCode(
    "contradiction",
    Texts("The value contradicts the field {field}.", "该值与字段 {field} 矛盾。"),
    Texts(
        "Change this field or {field} in the same request.",
        "请在同一请求中修改该字段或 {field}。",
    ),
    params=("field",),
)
EMAIL: Final = FaultCode(
    "email",
    Texts("This is not an e-mail address.", "不是有效的电子邮件地址。"),
    Texts(
        "Give one e-mail address, such as buyer@example.com, without a name and brackets.",
        "请填写一个电子邮件地址，例如 buyer@example.com，不含姓名和尖括号。",
    ),
)
PHONE: Final = FaultCode(
    "phone",
    Texts("This is not a phone number.", "不是有效的电话号码。"),
    Texts(
        "Give one phone number in a field, in digits and without other text, as it is dialled in "
        "the customer's country or with the code of the country: +86 21 5555 0100. Write an "
        "extension at its end: ext. 8008.",
        "每个字段请只填写一个电话号码，用数字书写，不含其他文字，按客户所在国家的拨打方式，"
        "或带国家代码：+86 21 5555 0100。分机写在末尾：转8008。",
    ),
)
EMPTY_ID: Final = FaultCode(
    "empty_id",
    Texts("Nothing is left of the id without its suffix.", "去掉后缀后 id 为空。"),
    Texts(
        "Give an id that is longer than options.strip_suffix.",
        "请给出比 options.strip_suffix 更长的 id。",
    ),
)
