"""What a worker does follows from what its service publishes, hears and works on."""

import importlib
from pathlib import Path

import pytest

from shared.database import Database
from shared.messaging.log.choice import open_log


@pytest.mark.parametrize(
    ("service", "loops"),
    [
        ("gateway", ["housekeeping"]),
        ("registry", ["housekeeping", "relay", "jobs"]),
        ("survey", ["housekeeping", "relay", "consumer", "jobs"]),
    ],
)
def test_who_publishes_nothing_has_no_relay(service: str, loops: list[str], tmp_path: Path) -> None:
    made = importlib.import_module(f"services.{service}.__main__").SERVICE
    settings = made.settings(data=tmp_path)
    database, log = Database.from_settings(settings), open_log(settings)
    assert [loop.name for loop in made.loops(database, log, settings)] == loops
    log.close()
    database.close()
