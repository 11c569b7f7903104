"""What the survey service's worker does besides publishing."""

from typing import Any

from services.survey.imports import job as imports
from services.survey.response import handlers as response
from shared.jobs.runner import Work
from shared.messaging.consumer import Handler

HANDLERS: dict[type, Handler] = {**response.HANDLERS}
WORKS: dict[type[Any], Work] = {**imports.WORKS}
