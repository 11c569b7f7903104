"""The jobs and event handlers of the survey service's worker."""

from collections.abc import Mapping
from typing import Any

from services.survey.fieldwork.imports import job as imports
from services.survey.fieldwork.invitation import handlers as invitation
from services.survey.fieldwork.response import publication as response
from services.survey.fieldwork.survey import publication as survey
from services.survey.settings import Settings
from shared.jobs.runner import Work
from shared.merging import merge_disjoint
from shared.messaging.consumer import Handler

PUBLICATIONS = (response.PUBLICATION, survey.PUBLICATION)
"""The publications of the survey service, the nouns of the upper areas first."""

WORKS: dict[type[Any], Work] = merge_disjoint(imports.WORKS)


def handlers(settings: Settings) -> Mapping[type, Handler]:
    """Return the handler of each event class that the survey service consumes."""
    return merge_disjoint(invitation.handlers(settings))
