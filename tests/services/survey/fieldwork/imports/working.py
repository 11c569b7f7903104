"""The worker's side of imports, for as long as there is work."""

from threading import Event

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.jobs.runner import Runner
from tests.services.harness import Running


def work(surveys: Running) -> None:
    """Do what is unfinished."""
    Runner(surveys.database, job.WORKS)._run_unfinished(Import, Event())
