"""The part of the worker that tests of imports need: it runs all queued imports."""

from threading import Event

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.jobs.runner import Runner
from tests.services.harness import Running


def run_imports(surveys: Running) -> None:
    """Run the imports that are not finished."""
    Runner(surveys.database, job.WORKS)._run_unfinished(Import, Event())
