"""The problems and the codes of faults that only the gateway has."""

from typing import Final

from shared.catalogue import FaultCode, Texts
from shared.errors import Problem


class TooSlow(Problem):
    """The caller did not send the request in time."""

    status, code = 408, "too_slow"
    title = Texts("The request did not arrive in time.", "请求未能按时到达。")
    advice = Texts("Send it again over a better connection.", "请换更好的网络重新发送。")


class QuotaReached(Problem):
    """The caller has used up the quota of uploads of this hour, or sends too many files at once."""

    status, code = 429, "quota_reached"
    title = Texts("The quota of this key is used up for now.", "该密钥的配额暂时用完。")
    advice = Texts(
        "Send it again after the seconds in Retry-After.", "请在 Retry-After 所示秒数之后重新发送。"
    )


class HeadersTooLarge(Problem):
    """The headers of a request are larger than the limit."""

    status, code = 431, "headers_too_large"
    title = Texts("The headers are too large.", "请求头过大。")
    advice = Texts("Send fewer and shorter headers.", "请减少请求头的数量和长度。")


class BadGateway(Problem):
    """A service closed the connection early or sent invalid HTTP."""

    status, code = 502, "bad_gateway"
    title = Texts("The service broke off.", "服务中断了连接。")
    advice = Texts(
        "Try again; a POST with its Idempotency-Key has no second effect.",
        "请重试；带 Idempotency-Key 的 POST 不会重复生效。",
    )


class GatewayTimeout(Problem):
    """A service did not answer in time."""

    status, code = 504, "gateway_timeout"
    title = Texts("The service did not answer in time.", "服务未能按时响应。")
    advice = Texts(
        "Try again later; a POST with its Idempotency-Key has no second effect.",
        "请稍后重试；带 Idempotency-Key 的 POST 不会重复生效。",
    )


EMPTY_SEGMENT: Final = FaultCode(
    "empty_segment",
    Texts("The path has an empty segment.", "路径中有空段。"),
    Texts("Write one slash between two segments.", "两段之间只写一个斜杠。"),
)
DOT_SEGMENT: Final = FaultCode(
    "dot_segment",
    Texts("The path has a segment . or ...", "路径中有 . 或 .. 段。"),
    Texts("Write the path without the segments . and ..", "请去掉路径中的 . 和 .. 段。"),
)
ENCODED_SLASH: Final = FaultCode(
    "encoded_slash",
    Texts(
        "A segment before the last one of the path has a slash.", "路径中最后一段之前的一段含斜杠。"
    ),
    Texts(
        "Only an id at the end of a path has slashes, each as %2F, and no backslash.",
        "只有路径末尾的 id 可含斜杠（写作 %2F），且不能含反斜杠。",
    ),
)
CONTROL_CHARACTER: Final = FaultCode(
    "control_character",
    Texts("The path has a control character or is not encoded.", "路径含控制字符或未编码。"),
    Texts(
        "Percent-encode the text as UTF-8; control characters are refused.",
        "请按 UTF-8 进行百分号编码；不接受控制字符。",
    ),
)
BROKEN_ESCAPE: Final = FaultCode(
    "broken_escape",
    Texts("A percent sign in the path has no two digits.", "路径中的百分号后缺少两位数字。"),
    Texts(
        "Write two hexadecimal digits after each percent sign.",
        "每个百分号之后写两位十六进制数字。",
    ),
)
NOT_A_PATH: Final = FaultCode(
    "not_a_path",
    Texts("The target of the request is no path.", "请求目标不是路径。"),
    Texts("Ask for a path that begins with a slash.", "请使用以斜杠开头的路径。"),
)
NOT_ASCII: Final = FaultCode(
    "not_ascii",
    Texts("The query is not encoded.", "查询字符串未编码。"),
    Texts("Percent-encode the query as UTF-8.", "请将查询字符串按 UTF-8 进行百分号编码。"),
)
ORIGIN_REFUSED: Final = FaultCode(
    "origin_refused",
    Texts("Pages of this origin may not call the API.", "该来源的页面不能调用 API。"),
    Texts("Add this origin to GATEWAY_CORS_ORIGINS.", "请将该来源加入 GATEWAY_CORS_ORIGINS。"),
)
PREFLIGHT_REFUSED: Final = FaultCode(
    "preflight_refused",
    Texts("Scripts may not send this method or header.", "脚本不能使用该方法或请求头。"),
    Texts(
        "Use the methods {methods} and the headers {headers}.",
        "请使用方法 {methods} 和请求头 {headers}。",
    ),
    params=("methods", "headers"),
)
