"""The jobs of the registry's worker, which also publishes events."""

from typing import Any

from services.registry.transfer.imports import job as imports
from shared.jobs.runner import Work

WORKS: dict[type[Any], Work] = {**imports.WORKS}
