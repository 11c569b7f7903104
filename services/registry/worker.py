"""The jobs of the registry's worker, which also publishes events."""

from typing import Any

from services.registry.transfer.imports import job as imports
from shared.jobs.runner import Work
from shared.merging import merge_disjoint

WORKS: dict[type[Any], Work] = merge_disjoint(imports.WORKS)
