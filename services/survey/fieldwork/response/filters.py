"""The query parameters that filter a list of responses."""

from uuid import UUID

from pydantic import Field

from services.survey.fieldwork.survey.schemas import WaveCode
from shared.http.schemas import Filter


class ResponseFilter(Filter):
    """Filters of a list of responses; only responses that match every given filter are listed."""

    wave: WaveCode | None = Field(
        None, description="Only responses to the wave with this code (调研批次)."
    )
    customer_id: UUID | None = Field(
        None, description="Only responses of the customer with this id in the registry."
    )
