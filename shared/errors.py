"""The exceptions that become problem responses (application/problem+json) to a caller.

Problem
├── BadRequest            400  the request cannot be read
├── Unauthorized          401  no valid credentials
├── Forbidden             403  valid credentials without this permission
├── NotFound              404  nothing at this address that the caller may see
├── MethodNotAllowed      405  the path does not support this method
├── Conflict              409  the request contradicts what is stored
├── PreconditionFailed    412  the resource has changed since it was read
├── TooLarge              413  the body is larger than the route allows
├── Invalid               422  the request was understood, but is not valid
├── PreconditionRequired  428  If-Match is missing
└── Unavailable           503  the service cannot answer at present
"""

from dataclasses import dataclass
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a request: its location, the rule that is broken, and what the caller can do.

    The location is a JSON pointer, or the name of a parameter such as `query:limit`.
    """

    pointer: str
    code: str
    message: str


def pointer_to(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a location in a body."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


class Problem(Exception):
    """An error that is sent to the caller as a problem response.

    The `code` of a problem never changes, so that programs can depend on it; its texts may change.
    """

    status = 500
    code = "internal"
    title = "Something went wrong on our side."

    def __init__(
        self,
        *faults: Fault,
        detail: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.faults = faults
        self.detail = detail or " ".join(fault.message for fault in faults) or self.title
        self.kind = code or self.code
        self.headers = headers or {}
        super().__init__(self.detail)


class BadRequest(Problem):
    """The request cannot be parsed."""

    status, code, title = 400, "bad_request", "The request cannot be read."


class Unauthorized(Problem):
    """The request has no valid credentials."""

    status, code, title = 401, "unauthorized", "Valid credentials are needed."


class Forbidden(Problem):
    """The caller is known, but has no permission for this request."""

    status, code, title = 403, "forbidden", "This key does not allow that."


class NotFound(Problem):
    """There is nothing at this address that the caller may see."""

    status, code, title = 404, "not_found", "There is nothing here."


class MethodNotAllowed(Problem):
    """The path does not support this method."""

    status, code, title = 405, "method_not_allowed", "This method is not used here."


class Conflict(Problem):
    """The request contradicts what is stored."""

    status, code, title = 409, "conflict", "This contradicts what is there."


class PreconditionFailed(Problem):
    """The resource has changed since the caller read it."""

    status, code, title = 412, "stale", "It has changed since it was read; read it again."


class TooLarge(Problem):
    """The body is larger than the route allows."""

    status, code, title = 413, "too_large", "The request is too large."


class Invalid(Problem):
    """The request was understood, but is not valid."""

    status, code, title = 422, "invalid", "Some of the input is not acceptable."


class PreconditionRequired(Problem):
    """The request lacks the header If-Match, which names the version to change."""

    status, code, title = 428, "version_required", "Send If-Match with the ETag you last read."


class Unavailable(Problem):
    """The service cannot answer the request at present."""

    status, code, title = 503, "unavailable", "Not available at the moment; try again."


def found_or_404(thing: Thing | None, detail: str) -> Thing:
    """Return `thing`; raise NotFound with this detail if it is None."""
    if thing is None:
        raise NotFound(detail=detail)
    return thing
