"""Tests that an import is resumed after its worker was killed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.contracts.survey.response import ResponseSubmitted
from shared.jobs.runner import Run
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    csv_file,
    stored_responses,
    upload,
)
from tests.services.survey.fieldwork.imports.worker import run_imports

pytestmark = pytest.mark.both_stacks


class _KilledError(BaseException):
    """Simulates kill -9: no code handles this exception, and committed steps stay."""


@pytest.fixture
def stop_killing_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Kill each import after its first step, of two lines; yield a function that ends this."""
    original_check = Run.check
    monkeypatch.setattr(job, "STEP", 2)

    def check_and_kill(run: Run) -> None:
        """Raise _KilledError, in place of `Run.check`, once a step of the import is stored."""
        with run.database.reading() as session:
            if session.get_one(Import, run.job_id).processed:
                raise _KilledError
        original_check(run)

    def stop_killing() -> None:
        monkeypatch.setattr(Run, "check", original_check)

    monkeypatch.setattr(Run, "check", check_and_kill)
    yield stop_killing
    stop_killing()


def test_a_killed_import_is_resumed_and_has_the_same_result(
    surveys: Running, survey: dict[str, Any], stop_killing_jobs: Callable[[], None]
) -> None:
    lines = [f"{n},2026-02-20,web,{n % 5 + 1},4,," for n in (1, 2, 3, 1)] + ["9,,web,7,7,,"]
    path = upload(surveys.client, survey, csv_file(*lines)).headers["Location"]
    with pytest.raises(_KilledError):
        run_imports(surveys)
    halfway = surveys.client.get(path).json()
    assert (halfway["state"], halfway["processed"]) == ("running", 2)
    stop_killing_jobs()
    run_imports(surveys)
    body = surveys.client.get(path).json()
    assert body["state"] == "succeeded"
    assert counts(body) == Counts(processed=5, created=3, rejected=2)
    assert len(stored_responses(surveys, survey)) == len(surveys.recorded(ResponseSubmitted)) == 3
