"""The exceptions that become problem responses (application/problem+json) to a caller.

Problem                        500  a defect of Patron
├── BadRequest                 400  the request cannot be read
│   └── MalformedJson          400  the body is not JSON
├── Unauthorized               401  no valid credentials
├── Forbidden                  403  valid credentials without this permission
├── NotFound                   404  nothing at this address that the caller may see
├── MethodNotAllowed           405  the path does not support this method
├── Conflict                   409  the request contradicts what is stored
│   ├── ConcurrentChange       409  another request created the same at the same time
│   ├── RequestInProgress      409  a request with the same Idempotency-Key is running
│   └── CodeTaken              409  something else has this code
├── PreconditionFailed         412  the resource has changed since it was read
├── TooLarge                   413  the body is larger than the route allows
├── UnsupportedMediaType       415  the body has another content type than the route reads
├── Invalid                    422  the request was understood, but is not valid
│   └── KeyReused              422  the Idempotency-Key belongs to a different request
├── PreconditionRequired       428  If-Match is missing
└── Unavailable                503  the service cannot answer at present

A noun declares its own problems in its module `problems`, as subclasses of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

from shared.catalogue import FaultCode, Texts, filled

Thing = TypeVar("Thing")
MAX_FAULTS: Final = 100
"""Greatest number of faults that a problem has; it has the first ones of more."""
_MAX_STEPS: Final = 50
_MAX_STEP_LENGTH: Final = 100


@dataclass(frozen=True, slots=True, init=False)
class Fault:
    """A fault in a request: its location, the rule that is broken, and what the caller can do.

    The location is a JSON pointer, or the name of a parameter such as `query:limit`. `params` are
    the parameters that `code` declares, with values for JSON. `message` is the text of the code, or
    a more specific `advice`, with these parameters: `Fault("/name", TOO_LONG, max=200)`.
    """

    pointer: str
    code: str
    params: Mapping[str, Any]
    message: str

    def __init__(
        self, pointer: str, code: FaultCode, advice: str | None = None, /, **params: object
    ) -> None:
        if params.keys() != set(code.params):
            raise TypeError(f"{code.name} has the parameters {code.params}, not {sorted(params)}")
        values = {name: _json_value(params[name]) for name in code.params}
        message = filled(advice, values) if advice else code.message(values)
        self._set(pointer, code.name, values, message)

    def at(self, pointer: str) -> "Fault":
        """Return the same fault at another location."""
        fault = object.__new__(Fault)
        fault._set(pointer, self.code, self.params, self.message)
        return fault

    def _set(self, pointer: str, code: str, params: Mapping[str, Any], message: str) -> None:
        """Set the fields of a new fault."""
        for name, value in zip(self.__slots__, (pointer, code, params, message), strict=True):
            object.__setattr__(self, name, value)


def _json_value(value: object) -> object:
    """Return a parameter as a value for JSON: exact numbers and days become strings."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | set | frozenset) else value


class InvalidValue(ValueError):
    """A value that breaks a rule; `fault` has no pointer, because the rule knows no location.

    Validators of pydantic and parsers of cells raise it. The code that catches it knows where the
    value is, and adds the pointer: `error.fault.at(pointer)`.
    """

    def __init__(self, code: FaultCode, advice: str | None = None, /, **params: object) -> None:
        self.fault = Fault("", code, advice, **params)
        super().__init__(self.fault.message)


class FieldError(ValueError):
    """Values of fields that do not fit the others; the pointer of each fault is its field.

    Rules about several fields of a record raise it with all faults. The code that catches it knows
    where the fields are: in a JSON body or in the columns of a file.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a location in a body.

    An answer with 100 faults stays small whatever the names in the body are: the pointer has the
    first 100 characters of each name, and leads to the 50th of the values around a deeper location.
    """
    shown = [str(step)[:_MAX_STEP_LENGTH] for step in steps[:_MAX_STEPS]]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in shown)


class Problem(Exception):
    """An error that is sent to the caller as a problem response.

    Each subclass declares one entry of the catalogue: `code`, which programs decide by and which
    never changes; `title`, which says what is wrong; and `advice`, what the caller can do.
    `faults` has at most MAX_FAULTS: an answer stays small whatever the request was.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[Texts] = Texts("Something went wrong on our side.", "服务端出错。")
    advice: ClassVar[Texts] = Texts(
        "Try again later; if it happens again, report the `request_id`.",
        "请稍后再试；如再次发生，请提供 `request_id`。",
    )

    def __init_subclass__(cls) -> None:
        """Raise TypeError for a subclass without a code and texts of its own."""
        if missing := {"code", "title", "advice"} - vars(cls).keys():
            raise TypeError(f"{cls.__name__} does not declare {sorted(missing)}")

    def __init__(
        self, *faults: Fault, detail: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        self.faults = faults[:MAX_FAULTS]
        general = f"{self.title.en} {self.advice.en}"
        self.detail = detail or (faults[0].message if len(faults) == 1 else general)
        self.headers = headers or {}
        super().__init__(self.detail)


class BadRequest(Problem):
    """The request cannot be parsed."""

    status, code = 400, "bad_request"
    title = Texts("The request cannot be read.", "无法读取该请求。")
    advice = Texts(
        "Correct the form of the request as `detail` and `errors` say.",
        "请按 `detail` 和 `errors` 的说明修正请求的格式。",
    )


class MalformedJson(BadRequest):
    """The body is not JSON."""

    code = "malformed_json"
    title = Texts("The body is not valid JSON.", "请求体不是有效的 JSON。")
    advice = Texts("Send JSON (RFC 8259) in UTF-8.", "请发送 UTF-8 编码的 JSON（RFC 8259）。")


class Unauthorized(Problem):
    """The request has no valid credentials."""

    status, code = 401, "unauthorized"
    title = Texts("Valid credentials are needed.", "需要有效的凭证。")
    advice = Texts(
        "Send `Authorization: Bearer <key>` with an API key that is not revoked.",
        "请发送 `Authorization: Bearer <key>`，其中的 API 密钥须未被撤销。",
    )


class Forbidden(Problem):
    """The caller is known, but has no permission for this request."""

    status, code = 403, "forbidden"
    title = Texts("This key does not allow that.", "该密钥无权执行此操作。")
    advice = Texts(
        "Use a key with the scope and the rows that `detail` names.",
        "请使用具有 `detail` 所述权限和数据范围的密钥。",
    )


class NotFound(Problem):
    """There is nothing at this address that the caller may see."""

    status, code = 404, "not_found"
    title = Texts("There is nothing here that you may see.", "此处没有您可以查看的内容。")
    advice = Texts(
        "Check the path and the ids in it; another key may see more.",
        "请检查路径及其中的 id；其他密钥可能看到更多内容。",
    )


class MethodNotAllowed(Problem):
    """The path does not support this method."""

    status, code = 405, "method_not_allowed"
    title = Texts("This path does not accept this method.", "该路径不支持此方法。")
    advice = Texts("Use a method that the header Allow names.", "请使用响应头 Allow 列出的方法。")


class Conflict(Problem):
    """The request contradicts what is stored."""

    status, code = 409, "conflict"
    title = Texts("This contradicts what is stored.", "与已存储的数据冲突。")
    advice = Texts("Read the present state, and change the request.", "请读取当前状态后修改请求。")


class ConcurrentChange(Conflict):
    """Another request created the same thing at the same time."""

    code = "concurrent_change"
    title = Texts(
        "Another request created the same at this moment.", "另一个请求刚刚创建了相同的内容。"
    )
    advice = Texts("Send your request again.", "请重新发送请求。")


class RequestInProgress(Conflict):
    """Another request with the same Idempotency-Key is running."""

    code = "in_progress"
    title = Texts(
        "A request with this Idempotency-Key is in progress.",
        "使用此 Idempotency-Key 的请求正在处理中。",
    )
    advice = Texts(
        "Send it again after the seconds in Retry-After.", "请在 Retry-After 所示秒数之后重新发送。"
    )


class CodeTaken(Conflict):
    """Something else has this code."""

    code = "code_taken"
    title = Texts("Something else has this code already.", "该编码已被使用。")
    advice = Texts(
        "Choose another code, or change the existing one.", "请换一个编码，或修改已有的内容。"
    )


class PreconditionFailed(Problem):
    """The resource has changed since the caller read it.

    The answer has the ETag of a GET of the same path (`shared/http/problems.py`).
    """

    status, code = 412, "stale"
    title = Texts("It has changed since it was read.", "读取之后内容已被修改。")
    advice = Texts(
        "Read it again, show the user what has changed, and send the change with the new ETag only "
        "if the user still wants it. Never repeat it unseen: that overwrites the other change.",
        "请重新读取，向用户展示被修改的内容；仅当用户仍要修改时，才用新的 ETag 再次提交。"
        "切勿未经查看就重复提交，否则会覆盖他人的修改。",
    )


class TooLarge(Problem):
    """The body is larger than the route allows."""

    status, code = 413, "too_large"
    title = Texts("The request is too large.", "请求过大。")
    advice = Texts(
        "Send less at once; large amounts of data are imported as files.",
        "请减少单次发送的数据；大量数据请用文件导入。",
    )


class UnsupportedMediaType(Problem):
    """The body has another content type, charset or encoding than the route reads."""

    status, code = 415, "unsupported_media_type"
    title = Texts(
        "The body has a content type or encoding that is not accepted here.",
        "此处不接受该内容类型或编码的请求体。",
    )
    advice = Texts("Send the body as `detail` says.", "请按 `detail` 的说明发送请求体。")


class Invalid(Problem):
    """The request was understood, but is not valid."""

    status, code = 422, "invalid"
    title = Texts("Some of the input is not acceptable.", "部分输入无效。")
    advice = Texts("Correct each value that `errors` names.", "请修正 `errors` 中列出的每个值。")


class KeyReused(Invalid):
    """The Idempotency-Key was used for a different request."""

    code = "key_reused"
    title = Texts(
        "This Idempotency-Key was used for a different request.",
        "此 Idempotency-Key 已用于另一个请求。",
    )
    advice = Texts("Use a new key for each new request.", "请为每个新请求使用新的键。")


class PreconditionRequired(Problem):
    """The request lacks the header If-Match, which names the version to change."""

    status, code = 428, "version_required"
    title = Texts("The header If-Match is missing.", "缺少请求头 If-Match。")
    advice = Texts(
        "Send If-Match with the ETag you last read.", "请用 If-Match 发送最近读取的 ETag。"
    )


class Unavailable(Problem):
    """The service cannot answer the request at present."""

    status, code = 503, "unavailable"
    title = Texts("Not available at the moment.", "服务暂不可用。")
    advice = Texts(
        "Try again after the seconds in Retry-After.", "请在 Retry-After 所示秒数之后重试。"
    )


def found_or_404(thing: Thing | None, detail: str) -> Thing:
    """Return `thing`; raise NotFound with this detail if it is None."""
    if thing is None:
        raise NotFound(detail=detail)
    return thing


def check_version(current: int, expected: int | None) -> None:
    """Raise PreconditionFailed if the version of a resource is not the expected one.

    `expected` is None if any version may be changed (`If-Match: *`).
    """
    if expected is not None and current != expected:
        raise PreconditionFailed
