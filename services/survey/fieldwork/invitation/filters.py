"""The query parameters that filter a list of invitations."""

from uuid import UUID

from pydantic import Field

from services.survey.fieldwork.survey.schemas import WaveCode
from shared.http.schemas import Filter


class InvitationFilter(Filter):
    """Filters of a list of invitations; only invitations that match every filter are listed."""

    wave: WaveCode | None = Field(None, description="Only invitations to the wave with this code.")
    customer_id: UUID | None = Field(
        None, description="Only invitations of the customer with this id in the registry."
    )
