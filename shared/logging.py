"""Structured JSON logs, each line with the trace it belongs to."""

import logging
import re
import sys
import time
import warnings
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

from shared import tracing

_SECONDS_BETWEEN_LINES = 60.0
_VALUES_IN_ERRORS = re.compile(
    r"DETAIL:.*?(?=\n\[SQL|\n\n|\Z)|input_value=.*?(?=, input_type=)", re.DOTALL
)
"""The parts of error texts in which PostgreSQL and pydantic repeat the invalid value."""

_CREDENTIALS = re.compile(
    rb"((?i:bearer) +)[^\s\"'\\]+"
    rb"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    rb"|\bpatron_[\w-]{20,}"
    rb"|(?<=://)[^\s\"'\\/:@]*:[^\s\"'\\]{1,500}(?=@)"
)
"""What follows `Bearer ` in a line, signed tokens (JWT), API keys, and user and password in a URL.

A password may have `/` and `@`: drivers of databases accept them unescaped.
"""
_BEGINNINGS = (b"bearer ", b"eyj", b"patron_", b"://")
"""One of these, in lower case, is in every line with a credential."""


def _add_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the current trace and request to a log line."""
    if trace := tracing.current():
        line["trace_id"] = trace.trace_id
        if trace.request_id:
            line["request_id"] = trace.request_id
    return line


def _withhold_values(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove values from the exception in a log line, as they may be personal data."""
    if "exception" in line:
        line["exception"] = _VALUES_IN_ERRORS.sub("(value withheld)", line["exception"])
    return line


_LAST_STEPS: list[Any] = [
    structlog.processors.format_exc_info,
    _withhold_values,
    structlog.processors.EventRenamer("message"),
]


def _to_bytes(_: Any, __: str, line: MutableMapping[str, Any]) -> bytes:
    """Return a log line as JSON, without credentials that the text of an exception may have."""
    text = orjson.dumps(line, default=str)
    # Hardly any line has one of these, and searching for fixed bytes takes a fraction of the time.
    lowered = text.lower()
    if any(beginning in lowered for beginning in _BEGINNINGS):
        return _CREDENTIALS.sub(rb"\1(withheld)", text)
    return text


class _OneLineAMinute(logging.Filter):
    """A filter that passes one line a minute of a library, with the number of lines left out.

    While brokers cannot be reached, kafka-python logs several lines a second. The loops of the
    worker log for themselves why they wait.
    """

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._passed_at: float | None = None
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is logged."""
        if record.name.partition(".")[0] != self._library:
            return True
        now = time.monotonic()
        if self._passed_at is not None and now - self._passed_at < _SECONDS_BETWEEN_LINES:
            self._left_out += 1
            return False
        if self._left_out:
            record.msg, record.args = f"{record.getMessage()} ({self._left_out} left out)", ()
        self._passed_at, self._left_out = now, 0
        return True


def configure(*, service: str, role: str, level: str, output: TextIO | None = None) -> None:
    """Write the log lines of our code and of libraries to `output` as JSON.

    `output` is standard output by default; a command that prints its result there logs elsewhere.
    Our code does not log through the standard library, which would take longer than all other steps
    of writing a line.
    """

    def add_process(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Add the service and the role of the process to a log line."""
        line["service"], line["role"] = service, role
        return line

    stream = output or sys.stdout
    first_steps: list[Any] = [
        add_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*first_steps, *_LAST_STEPS, _to_bytes],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(stream.buffer),
        cache_logger_on_first_use=False,
    )
    _configure_libraries(first_steps, level, stream)


def _configure_libraries(first_steps: list[Any], level: str, stream: TextIO) -> None:
    """Format the lines that libraries log by the standard library as JSON, by the same steps.

    Warnings are log lines too, except those of openpyxl, which repeat values of cells.
    """
    handler = logging.StreamHandler(stream)
    without_metadata = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first_steps,
            processors=[without_metadata, *_LAST_STEPS, _to_text],
        )
    )
    handler.addFilter(_OneLineAMinute("kafka"))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("kafka", "alembic", "uvicorn.access", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if stream is sys.stderr:
        # A command names in one sentence why it cannot reach Kafka.
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    warnings.filterwarnings("ignore", module=r"openpyxl\.")


def _to_text(logger: Any, name: str, line: MutableMapping[str, Any]) -> str:
    """Return a log line as JSON text; the standard library's logging needs text, not bytes."""
    return _to_bytes(logger, name, line).decode()


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of a module."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return log
