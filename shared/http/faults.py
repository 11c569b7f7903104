"""The codes of faults in the parts of an HTTP request other than values: headers, query, form."""

from typing import Final

from shared.catalogue import FaultCode, Texts

UNKNOWN_PARAMETER: Final = FaultCode(
    "unknown_parameter",
    Texts("This route has no such query parameter.", "该接口没有这个查询参数。"),
    Texts("Use only these: {allowed}.", "只能使用：{allowed}。"),
    params=("allowed",),
)
REPEATED_PARAMETER: Final = FaultCode(
    "repeated_parameter",
    Texts("The query has this parameter more than once.", "查询参数重复。"),
    Texts("Give it once.", "请只给出一次。"),
)
SORT: Final = FaultCode(
    "sort",
    Texts("The list cannot be sorted in this way.", "该列表没有这种排序。"),
    Texts("Give one of: {allowed}.", "请从以下值中选择：{allowed}。"),
    params=("allowed",),
)
IDS: Final = FaultCode(
    "ids",
    Texts("This is not a list of ids.", "不是 id 列表。"),
    Texts(
        "Give 1 to {max} ids, separated by commas, without blanks.",
        "请给出 1 到 {max} 个 id，用逗号分隔，不含空格。",
    ),
    params=("max",),
)
NOT_SOME_OF: Final = FaultCode(
    "not_some_of",
    Texts("A name is not one of the allowed names.", "有名称不在允许范围内。"),
    Texts(
        "Give some of these, separated by commas: {allowed}.",
        "请从以下名称中选择，用逗号分隔：{allowed}。",
    ),
    params=("allowed",),
)
VALUE_AND_NONE: Final = FaultCode(
    "value_and_none",
    Texts(
        "The list is filtered by a value and by the absence of a value at the same time.",
        "列表同时按某个值和“没有值”筛选。",
    ),
    Texts(
        "Give `{name}`, or name it in `without`, not both; for items of both kinds send two "
        "requests.",
        "请只给出 `{name}`，或只在 `without` 中写出它；如果两类都需要，请分两次请求。",
    ),
    params=("name",),
)
CURSOR: Final = FaultCode(
    "cursor",
    Texts("This is not a cursor of this list.", "不是该列表的游标。"),
    Texts(
        "Send a cursor exactly as it was in `next`, with the same `sort` and filters, or begin the "
        "list again without `cursor`.",
        "请原样发送 `next` 中的游标，并保持排序和筛选条件不变；否则请去掉 `cursor`，从头读取列表。",
    ),
)
ETAG: Final = FaultCode(
    "etag",
    Texts("This is not an ETag of Patron.", "不是有效的 ETag。"),
    Texts(
        'Send one ETag as you read it, such as "3", or * for any version.',
        '请原样发送一个读取到的 ETag（例如 "3"），或用 * 表示任意版本。',
    ),
)
NO_CONDITIONS: Final = FaultCode(
    "put_condition",
    Texts("PUT replaces whatever is stored, without a condition.", "PUT 无条件替换已存储的内容。"),
    Texts(
        "Leave the header out; to change what you have read, send PATCH with If-Match.",
        "请去掉该请求头；如需修改已读取的内容，请使用带 If-Match 的 PATCH。",
    ),
)
REUSED_KEY: Final = FaultCode(
    "key_reused",
    Texts("This key was used for a different request.", "此键已用于另一个请求。"),
    Texts("A new request needs a new key.", "新请求需要新的键。"),
)
EXTERNAL_ID: Final = FaultCode(
    "form",
    Texts("This is not an id in another system.", "不是外部系统中的 id。"),
    Texts("Write system:id, as in shop:10017.", "请写成 system:id，例如 shop:10017。"),
)
COLON: Final = FaultCode(
    "colon",
    Texts("The name of the system has a colon.", "系统名称中有冒号。"),
    Texts(
        "Leave the colon out of `system`: in `system:id` it ends the system.",
        "请去掉 `system` 中的冒号：在 `system:id` 中冒号表示系统名称结束。",
    ),
)
REPEATED_NAME: Final = FaultCode(
    "repeated_name",
    Texts("A name stands twice in one JSON object.", "同一个 JSON 对象中有重复的名称。"),
    Texts("Give `{name}` once.", "`{name}` 只能出现一次。"),
    params=("name",),
)
JSON_SYNTAX: Final = FaultCode(
    "malformed_json",
    Texts("This is not JSON.", "不是有效的 JSON。"),
    Texts("Correct it at character {position}.", "请修正第 {position} 个字符处的错误。"),
    params=("position",),
)
JSON_CONTENT: Final = FaultCode(
    "unreadable_json",
    Texts("This JSON cannot be read.", "无法读取该 JSON。"),
    Texts(
        "Send UTF-8, without deep nesting, numbers of thousands of digits, NaN and Infinity.",
        "请使用 UTF-8，避免过深的嵌套、数千位的数字、NaN 和 Infinity。",
    ),
)
NOT_UTF8: Final = FaultCode(
    "not_utf8",
    Texts("The text is not UTF-8.", "文字不是 UTF-8。"),
    Texts(
        "Send the text in UTF-8; percent-encode it in a path or a query.",
        "请以 UTF-8 发送文字；在路径和查询字符串中请进行百分号编码。",
    ),
)
FORM_DATA: Final = FaultCode(
    "malformed_form",
    Texts("The form cannot be read.", "无法读取该表单。"),
    Texts(
        "Send multipart/form-data with its boundary, as a library for HTTP writes it.",
        "请由 HTTP 库生成带有 boundary 的 multipart/form-data。",
    ),
)
FILE_EXPECTED: Final = FaultCode(
    "file_expected",
    Texts("This part of the form is not a file.", "表单的这一部分不是文件。"),
    Texts(
        "Send a file as this part of the form: multipart/form-data with a file name.",
        "请在表单的这一部分发送文件：multipart/form-data，并带文件名。",
    ),
)
