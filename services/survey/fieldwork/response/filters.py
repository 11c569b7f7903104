"""Query parameters of lists of responses."""

from uuid import UUID

from pydantic import Field

from services.survey.fieldwork.survey.schemas import WaveCode
from shared.http.schemas import Filter


class ResponseFilter(Filter):
    """The responses that a list is about; all given filters must match."""

    wave: WaveCode | None = Field(None, description="Only those of this wave (调研批次).")
    customer_id: UUID | None = Field(
        None, description="Only those of this customer, by the id in the registry."
    )
