"""The query parameters that filter a list of responses."""

from uuid import UUID

from pydantic import Field

from services.survey.fieldwork.survey.schemas import WaveCode
from shared.http.parameters import ExternalIdText, TextFilter
from shared.http.schemas import Filter, Moment


class ResponseFilter(Filter):
    """Filters of a list of responses; only responses that match every given filter are listed."""

    wave: WaveCode | None = Field(
        None, description="Only responses to the wave with this code (调研批次)."
    )
    external_id: ExternalIdText | None = Field(
        None,
        description="Only the responses with this id in another system, as `system:id`; a response "
        "to each wave may have it.",
        examples=["survey_tool:R-20260131-17"],
    )
    customer_id: UUID | None = Field(
        None, description="Only responses of the customer with this id in the registry."
    )
    anonymous: bool | None = Field(
        None,
        description="Only responses without a customer (true), or only those of customers (false).",
    )
    channel: TextFilter | None = Field(
        None,
        description="Only responses that came through this channel.",
        examples=["web"],
    )
    submitted_from: Moment | None = Field(
        None,
        description="Only responses that were submitted at this time or later; it must be before "
        "`submitted_before`.",
    )
    submitted_before: Moment | None = Field(
        None, description="Only responses that were submitted before this time."
    )
