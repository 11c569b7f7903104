"""The job that imports a file stops while it reads a file."""

from threading import Event

import pytest

from services.registry.transfer.imports.models import Import
from services.registry.worker import WORKS
from shared.jobs.models import Lane
from shared.jobs.runner import Runner
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import CREATE, HEADER, run_jobs, start_import

BLANK_LINES = 3 * 1024 * 1024


class StopWhileReading(Event):
    """An event that is set after a few questions, when the job reads the file."""

    def __init__(self) -> None:
        super().__init__()
        self._questions = 0

    def is_set(self) -> bool:
        """Return False for the first questions and then True."""
        self._questions += 1
        return self._questions > 3


@pytest.mark.parametrize("entity", ["orders", "products"])
def test_a_job_stops_in_the_middle_of_a_file_with_blank_lines_only(
    registry: Running, entity: str
) -> None:
    header, form = (HEADER, {"options": CREATE}) if entity == "orders" else ("code,name", {})
    content = f"{header}\n" + "\n" * BLANK_LINES
    location = start_import(registry.client, entity, content, **form).headers["Location"]
    Runner(registry.database, WORKS)._run_unfinished(Import, StopWhileReading())
    assert registry.client.get(location).json()["state"] == "running"
    run_jobs(registry)
    assert registry.client.get(location).json()["state"] == "succeeded"


def test_a_loop_for_small_imports_runs_files_of_at_most_5000_lines(registry: Running) -> None:
    large, small = (
        start_import(registry.client, "products", "code,name\n" + "P1,a\n" * lines)
        for lines in (5001, 5000)
    )
    Runner(registry.database, WORKS, [Lane.SMALL])._run_unfinished(Import, Event())
    states = [
        registry.client.get(each.headers["Location"]).json()["state"] for each in (large, small)
    ]
    assert states == ["queued", "succeeded"]
