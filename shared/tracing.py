"""The trace of the current work; an event carries it from a request to the consumers."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace, span and request that the current work belongs to.

    The ids are those of https://www.w3.org/TR/trace-context/, in hexadecimal.
    """

    trace_id: str
    span_id: str
    request_id: str | None = None

    @property
    def traceparent(self) -> str:
        """The value of the header `traceparent`, which passes the trace on."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def start(traceparent: str | None = None, request_id: str | None = None) -> Trace:
    """Start a span and make it current.

    The span belongs to the trace in `traceparent`, or to a new trace if there is none or if it is
    invalid.
    """
    match = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id = match[1] if match else secrets.token_hex(16)
    trace = Trace(trace_id, secrets.token_hex(8), request_id)
    _current.set(trace)
    return trace


def current_traceparent() -> str | None:
    """Return the header value that passes the current trace on; None if none was started."""
    trace = _current.get()
    return trace.traceparent if trace else None


def current() -> Trace | None:
    """Return the trace of the current work; None if none was started."""
    return _current.get()
