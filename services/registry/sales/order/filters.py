"""The query parameters of the list of orders."""

from uuid import UUID

from pydantic import Field

from shared.http.parameters import ExternalIdText
from shared.http.schemas import Day, Filter


class OrderFilter(Filter):
    """Filters of the list of orders; an order must match every filter that is given."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The order with this external id, written `system:id`.",
        examples=["shop:SO-20260131-17"],
    )
    customer_id: UUID | None = Field(None, description="Orders of the customer with this `id`.")
    occurred_from: Day | None = Field(
        None,
        alias="from",
        description="First business day of the listed orders; it must not be after `to`.",
        examples=["2026-01-01"],
    )
    occurred_to: Day | None = Field(
        None,
        alias="to",
        description="Last business day of the listed orders.",
        examples=["2026-01-31"],
    )
