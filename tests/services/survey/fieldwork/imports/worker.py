"""Runs queued imports in tests, as the worker of the survey service does."""

from threading import Event

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.jobs.runner import Runner
from tests.services.harness import Running


def run_imports(surveys: Running) -> None:
    """Run all imports that are not finished, and return when they have ended."""
    Runner(surveys.database, job.WORKS)._run_unfinished(Import, Event())
