"""The query parameters that filter the list of questionnaires."""

from pydantic import Field

from services.survey.design.questionnaire.domain import QuestionnaireState
from shared.http.parameters import CreatedFilter, TextFilter


class QuestionnaireFilter(CreatedFilter):
    """Filters of the list of questionnaires, by their newest versions."""

    state: QuestionnaireState | None = Field(
        None, description="Only questionnaires whose newest version is in this state (状态)."
    )
    template: TextFilter | None = Field(
        None,
        description="Only questionnaires that were created from the template of this name.",
        examples=["product-quality"],
    )
