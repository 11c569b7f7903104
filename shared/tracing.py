"""The trace and request id of the work in hand, carried from request to event to consumer."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trace:
    """Where this work comes from; `traceparent` as in https://www.w3.org/TR/trace-context/."""

    trace_id: str
    span_id: str
    request_id: str | None = None

    @property
    def traceparent(self) -> str:
        """The header that passes the trace on."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def start(traceparent: str | None = None, request_id: str | None = None) -> Trace:
    """Begin a span, in the trace that `traceparent` names if it is well formed."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id = found[1] if found else secrets.token_hex(16)
    trace = Trace(trace_id, secrets.token_hex(8), request_id)
    _current.set(trace)
    return trace


def current() -> Trace | None:
    """Tell the trace of the work in hand."""
    return _current.get()
