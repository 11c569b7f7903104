"""What the registry's worker does besides publishing."""

from typing import Any

from services.registry.imports.job import run_import
from services.registry.imports.models import Import
from shared.jobs.runner import Work
from shared.messaging.consumer import Handler

HANDLERS: dict[type, Handler] = {}
WORKS: dict[type[Any], Work] = {Import: run_import}
