"""Tests of the loops of a worker, which depend on the events and jobs of its service."""

import importlib
from pathlib import Path

import pytest

from shared.database import Database
from shared.messaging.log.choice import open_log

JOBS = ["jobs.small.1", "jobs.small.2", "jobs.large.1", "jobs.large.2", "jobs.large.3"]


@pytest.mark.parametrize(
    ("service", "loops"),
    [
        ("gateway", ["housekeeping", "relay", "consumer"]),
        ("registry", ["housekeeping", "relay", "consumer", *JOBS, "completing"]),
        ("survey", ["housekeeping", "relay", "consumer", *JOBS]),
    ],
)
def test_a_worker_has_only_the_loops_that_its_service_needs(
    service: str, loops: list[str], tmp_path: Path
) -> None:
    parts = importlib.import_module(f"services.{service}.__main__").SERVICE
    settings = parts.settings(data=tmp_path)
    database, log = Database.from_settings(settings), open_log(settings)
    assert [loop.name for loop in parts.loops(database, log, settings)] == loops
    log.close()
    database.close()
