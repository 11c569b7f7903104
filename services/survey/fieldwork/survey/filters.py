"""The query parameters that filter the list of surveys."""

from pydantic import Field

from services.survey.fieldwork.survey.domain import SurveyState
from shared.http.parameters import CreatedFilter


class SurveyFilter(CreatedFilter):
    """Filters of the list of surveys; only surveys that match every given filter are listed."""

    state: SurveyState | None = Field(None, description="Only surveys in this state (状态).")
