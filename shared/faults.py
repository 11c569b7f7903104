"""The codes of faults that any service may report: about values, parameters and references.

`shared/http`, `shared/files` and `shared/imports` declare further codes in modules of this name, a
noun in its module `problems`.
"""

from typing import Final

from shared.catalogue import FaultCode, Texts

MISSING: Final = FaultCode(
    "missing",
    Texts("A value is missing.", "缺少必填项。"),
    Texts("Give this value.", "请填写此项。"),
)
REQUIRED: Final = FaultCode(
    "required",
    Texts("A value is needed here.", "此处需要填写。"),
    Texts("Give a value; it cannot be removed.", "请填写；此项不能删除。"),
)
UNKNOWN_FIELD: Final = FaultCode(
    "unknown_field",
    Texts("There is no such field here.", "此处没有这个字段。"),
    Texts("Leave it out, or correct its name.", "请去掉该字段，或更正名称。"),
    params=("allowed",),
)
REPEATED: Final = FaultCode(
    "repeated",
    Texts("This occurs more than once.", "此项重复出现。"),
    Texts("Give it once.", "请只给出一次。"),
)
TOO_LONG: Final = FaultCode(
    "too_long",
    Texts("This is too long.", "内容过长。"),
    Texts("Maximum number of characters or items: {max}.", "最多 {max} 个字符或条目。"),
    params=("max",),
)
TOO_SHORT: Final = FaultCode(
    "too_short",
    Texts("This is too short.", "内容过短。"),
    Texts("Minimum number of characters or items: {min}.", "至少 {min} 个字符或条目。"),
    params=("min",),
)
INVISIBLE: Final = FaultCode(
    "invisible",
    Texts("The text has no visible character.", "文字中没有可见字符。"),
    Texts(
        "Give at least one letter, digit or other visible character.",
        "请至少填写一个可见字符，如文字或数字。",
    ),
)
TOO_SMALL: Final = FaultCode(
    "too_small",
    Texts("The value is too small.", "数值过小。"),
    Texts("Give a number that is at least {min}.", "请填写不小于 {min} 的数字。"),
    params=("min",),
)
TOO_LARGE: Final = FaultCode(
    "too_large",
    Texts("The value is too large.", "数值过大。"),
    Texts("Give at most {max}.", "请填写不大于 {max} 的数值。"),
    params=("max",),
)
OUT_OF_RANGE: Final = FaultCode(
    "out_of_range",
    Texts("The value is outside the range that is allowed here.", "超出允许的范围。"),
    Texts("Give a value from {min} to {max}.", "请填写 {min} 到 {max} 之间的值。"),
    params=("min", "max"),
)
TOO_MANY: Final = FaultCode(
    "too_many",
    Texts("There are too many.", "数量过多。"),
    Texts("Give at most {max}.", "最多 {max} 项。"),
    params=("max",),
)
NOT_ONE_OF: Final = FaultCode(
    "not_one_of",
    Texts("This is not one of the allowed values.", "不是允许的值。"),
    Texts("Give one of: {allowed}.", "请从以下值中选择：{allowed}。"),
    params=("allowed",),
)
TEXT_EXPECTED: Final = FaultCode(
    "text_expected",
    Texts("This is not a text.", "此处不是文字。"),
    Texts("Give a text, in JSON a string.", "请填写文字（JSON 字符串）。"),
)
NUMBER_EXPECTED: Final = FaultCode(
    "number_expected",
    Texts("This is not a number.", "此处不是数字。"),
    Texts("Give a number, such as {example}.", "请填写数字，例如 {example}。"),
    params=("example",),
)
INTEGER_EXPECTED: Final = FaultCode(
    "integer_expected",
    Texts("This is not a whole number.", "此处不是整数。"),
    Texts("Give a whole number, in JSON without quotes.", "请填写整数（JSON 中不加引号）。"),
)
BOOLEAN_EXPECTED: Final = FaultCode(
    "boolean_expected",
    Texts("This is neither true nor false.", "此处不是布尔值。"),
    Texts("Give true or false.", "请填写 true 或 false。"),
)
LIST_EXPECTED: Final = FaultCode(
    "list_expected",
    Texts("This is not a list.", "此处不是列表。"),
    Texts("Give a list, in JSON an array.", "请给出列表（JSON 数组）。"),
)
OBJECT_EXPECTED: Final = FaultCode(
    "object_expected",
    Texts("This is not an object.", "此处不是对象。"),
    Texts("Give an object.", "请给出 JSON 对象。"),
)
INVALID_VALUE: Final = FaultCode(
    "invalid_value",
    Texts("This value is not valid.", "该值无效。"),
    Texts("Give a value as the API document describes it.", "请按 API 文档的说明填写。"),
)
PATTERN: Final = FaultCode(
    "pattern",
    Texts("The text does not have the form that is needed here.", "文字的格式不符合要求。"),
    Texts("Write it so that it matches {pattern}.", "请使其符合正则表达式 {pattern}。"),
    params=("pattern",),
)
MALFORMED_UUID: Final = FaultCode(
    "malformed_uuid",
    Texts("This is not an id of Patron.", "不是有效的 id。"),
    Texts(
        "Give a UUID, such as 0199a7c0-0000-7000-8000-000000000000.",
        "请给出 UUID，例如 0199a7c0-0000-7000-8000-000000000000。",
    ),
)
NUL: Final = FaultCode(
    "nul",
    Texts("The text contains the character NUL.", "文字中含有 NUL 字符。"),
    Texts("Leave out the character NUL.", "请去掉 NUL 字符。"),
)
UNREADABLE: Final = FaultCode(
    "unreadable",
    Texts("The text contains a character that cannot be stored.", "其中有无法保存的字符。"),
    Texts(
        "Leave out control characters and half surrogate pairs.", "请删除控制字符和不完整的代理对。"
    ),
)
NESTED_TOO_DEEPLY: Final = FaultCode(
    "nested_too_deeply",
    Texts("The value is nested too deeply.", "嵌套层次过深。"),
    Texts("Send fewer levels of objects and lists.", "请减少对象和列表的嵌套层次。"),
)
EXACT_STRING: Final = FaultCode(
    "exact_string",
    Texts("This is not an exact number.", "不是精确的数字。"),
    Texts(
        "Give digits as in 1234.50 or -1234.50, in JSON as a string: at most 15 before the point "
        "and 6 after it, without separators of thousands, brackets, currency or exponent.",
        "请填写数字，例如 1234.50 或 -1234.50（JSON 中用字符串）：小数点前最多 15 位，"
        "之后最多 6 位，不带千位分隔符、括号、货币符号或指数。",
    ),
)
DECIMAL_DIGITS: Final = FaultCode(
    "decimal_digits",
    Texts("The number has too many digits after the point.", "小数点后的位数过多。"),
    Texts(
        "Give at most {max} digits after the point; there are {found}.",
        "小数点后最多 {max} 位，实有 {found} 位。",
    ),
    params=("max", "found"),
)
DAY: Final = FaultCode(
    "day",
    Texts("This is not a day.", "不是有效的日期。"),
    Texts("Give a day as 2026-01-31.", "请按 2026-01-31 的格式填写日期。"),
)
MOMENT: Final = FaultCode(
    "moment",
    Texts("This is not a moment that can be stored.", "不是可以存储的时间。"),
    Texts(
        "Give a time as RFC 3339, with offset, such as 2026-01-31T09:30:00+08:00.",
        "请按 RFC 3339 填写时间并带时区偏移，例如 2026-01-31T09:30:00+08:00。",
    ),
)
DATE: Final = FaultCode(
    "date",
    Texts("This is neither a day nor a moment.", "既不是日期，也不是时间。"),
    Texts(
        "Give a day such as 2026-01-31, or a moment such as 2026-01-31T09:30:00+08:00.",
        "请填写日期（如 2026-01-31）或时间（如 2026-01-31T09:30:00+08:00）。",
    ),
)
EMPTY_RANGE: Final = FaultCode(
    "empty_range",
    Texts("This range is empty.", "该范围为空。"),
    Texts(
        "Give an earlier `{start}` or a later `{end}`.", "请填写更早的 `{start}` 或更晚的 `{end}`。"
    ),
    params=("start", "end"),
)
CURRENCY: Final = FaultCode(
    "currency",
    Texts("This is not a currency.", "不是有效的币种。"),
    Texts("Give an ISO 4217 code such as CNY.", "请填写 ISO 4217 币种代码，例如 CNY。"),
)
COUNTRY: Final = FaultCode(
    "country",
    Texts("This is not a country.", "不是有效的国家。"),
    Texts(
        "Give an ISO 3166 code of two letters such as CN.",
        "请填写 ISO 3166 两字母国家代码，例如 CN。",
    ),
)
ZONE: Final = FaultCode(
    "zone",
    Texts("This is not a time zone.", "不是有效的时区。"),
    Texts("Give a time zone such as Asia/Shanghai.", "请填写时区，例如 Asia/Shanghai。"),
)
TAKEN: Final = FaultCode(
    "taken",
    Texts("Another record has this value already.", "该值已被其他记录使用。"),
    Texts("Give another value, or change the existing record.", "请换一个值，或修改已有的记录。"),
)
TWO_CUSTOMERS: Final = FaultCode(
    "two_customers",
    Texts("Two customers are named.", "同时指定了两个客户。"),
    Texts("Give customer or customer_id, not both.", "请只给出 customer 或 customer_id。"),
)
UNKNOWN_CUSTOMER: Final = FaultCode(
    "unknown_customer",
    Texts("No customer that you may see has this id.", "没有您可以查看的客户使用此 id。"),
    Texts("Register this customer first.", "请先登记该客户。"),
)
UNKNOWN_USER: Final = FaultCode(
    "unknown_user",
    Texts("No user has this id.", "没有用户使用此 id。"),
    Texts(
        "Give the id of a user from GET /v1/users; a cell of a file may also have the user's name. "
        "A user who was created a moment ago is known a second or two later.",
        "请填写 GET /v1/users 中某个用户的 id；文件的单元格中也可填写姓名。"
        "刚创建的用户需等一两秒才可使用。",
    ),
)
UNKNOWN_TEAM: Final = FaultCode(
    "unknown_team",
    Texts("No team has this id.", "没有团队使用此 id。"),
    Texts(
        "Give the id of a team from GET /v1/teams; a cell of a file may also have the team's name. "
        "A team that was created a moment ago is known a second or two later.",
        "请填写 GET /v1/teams 中某个团队的 id；文件的单元格中也可填写名称。"
        "刚创建的团队需等一两秒才可使用。",
    ),
)
INACTIVE_USER: Final = FaultCode(
    "inactive_user",
    Texts(
        "This user is not active, and gets no further customers and API keys.",
        "该用户已停用，不能再分配新客户，也不能再创建密钥。",
    ),
    Texts(
        "Choose an active user of GET /v1/users, or activate this one.",
        "请从 GET /v1/users 中选择启用的用户，或重新启用该用户。",
    ),
)
NOT_VISIBLE: Final = FaultCode(
    "not_visible",
    Texts("This key would not see what it writes.", "该密钥看不到自己写入的数据。"),
    Texts(
        "Name a customer, owner or team that this key sees.",
        "请指定该密钥可见的客户、负责人或团队。",
    ),
)
