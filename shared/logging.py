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


def configure(*, service: str, role: str, level: str) -> None:
    """Send our lines and those of the libraries to standard output as JSON."""

    def add_process(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"], line["role"] = service, role
        return line

    shared_steps: list[Any] = [
        add_process,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared_steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _withhold_values,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("kafka", "alembic", "uvicorn.access", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a module."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log
