"""Small files of answers do not wait for large ones."""

from threading import Event
from typing import Any

import pytest

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.jobs.models import Lane
from shared.jobs.runner import Runner
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.test_imports import csv_file, upload

LINE = "1,2026-02-20,web,5,4,,"


@pytest.mark.both_stacks
def test_a_loop_for_small_imports_runs_files_of_at_most_5000_lines(
    surveys: Running, survey: dict[str, Any]
) -> None:
    answers = [upload(surveys.client, survey, csv_file(*[LINE] * lines)) for lines in (5001, 5000)]
    Runner(surveys.database, job.WORKS, [Lane.SMALL])._run_unfinished(Import, Event())
    states = [surveys.client.get(each.headers["Location"]).json()["state"] for each in answers]
    assert states == ["queued", "succeeded"]
