"""Structured JSON logs on standard output, each line with the trace it belongs to."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from shared import tracing

_VALUES = re.compile(r"DETAIL:.*?(?=\n\[SQL|\n\n|\Z)|input_value=.*?(?=, input_type=)", re.DOTALL)
"""Where PostgreSQL and pydantic repeat the value that they refuse."""


def _add_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := tracing.current():
        line["trace_id"] = trace.trace_id
        if trace.request_id:
            line["request_id"] = trace.request_id
    return line


def _withhold_values(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if "exception" in line:
        line["exception"] = _VALUES.sub("(value withheld)", line["exception"])
    return line


def _to_json(line: Any, **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def _to_bytes(_: Any, __: str, line: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(line, default=str)


def configure(*, service: str, role: str, level: str) -> None:
    """Send our lines and those of the libraries to standard output as JSON.

    Ours do not pass through the standard library's logging: that costs more than all else in them.
    """

    def add_process(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"], line["role"] = service, role
        return line

    begun: list[Any] = [
        add_process,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    finished: list[Any] = [
        structlog.processors.format_exc_info,
        _withhold_values,
        structlog.processors.EventRenamer("message"),
    ]
    structlog.configure(
        processors=[*begun, *finished, _to_bytes],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=begun,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *finished,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("kafka", "alembic", "uvicorn.access", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Give the logger of a module."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return log
