"""The one error tree that a caller can see.

Problem
├── BadRequest            400  the request cannot be read
├── Unauthorized          401  no valid credentials
├── Forbidden             403  valid credentials, not enough
├── NotFound              404  nothing here that the caller may see
├── MethodNotAllowed      405  the path does not take this method
├── Conflict              409  it contradicts what is there
├── PreconditionFailed    412  it has changed since it was read
├── TooLarge              413  more than this route takes
├── Invalid               422  read, understood, not acceptable
├── PreconditionRequired  428  say which version is to be changed
└── Unavailable           503  try again later
"""

from dataclasses import dataclass
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (JSON pointer or parameter name), which rule, what to do."""

    pointer: str
    code: str
    message: str


def pointer_to(*steps: str | int) -> str:
    """Write a place in a body as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


class Problem(Exception):
    """An error for the reader; `code` is stable, the texts may change."""

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
    """The request cannot be read."""

    status, code, title = 400, "bad_request", "The request cannot be read."


class Unauthorized(Problem):
    """The caller did not say who they are."""

    status, code, title = 401, "unauthorized", "Valid credentials are needed."


class Forbidden(Problem):
    """The caller may not do this."""

    status, code, title = 403, "forbidden", "This key does not allow that."


class NotFound(Problem):
    """There is nothing here that the caller may see."""

    status, code, title = 404, "not_found", "There is nothing here."


class MethodNotAllowed(Problem):
    """The path does not take this method."""

    status, code, title = 405, "method_not_allowed", "This method is not used here."


class Conflict(Problem):
    """The request contradicts what is there."""

    status, code, title = 409, "conflict", "This contradicts what is there."


class PreconditionFailed(Problem):
    """The thing has changed since the caller read it."""

    status, code, title = 412, "stale", "It has changed since it was read; read it again."


class TooLarge(Problem):
    """The body is larger than this route takes."""

    status, code, title = 413, "too_large", "The request is too large."


class Invalid(Problem):
    """The request was understood and is not acceptable."""

    status, code, title = 422, "invalid", "Some of the input is not acceptable."


class PreconditionRequired(Problem):
    """The caller has to say which version they mean to change."""

    status, code, title = 428, "version_required", "Send If-Match with the ETag you last read."


class Unavailable(Problem):
    """The service cannot do this now."""

    status, code, title = 503, "unavailable", "Not available at the moment; try again."


def found_or_404(thing: Thing | None, detail: str) -> Thing:
    """Give what was looked up; NotFound, with a detail for the reader, where there is nothing."""
    if thing is None:
        raise NotFound(detail=detail)
    return thing
