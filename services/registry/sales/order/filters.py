"""The query parameters of the list of orders."""

from uuid import UUID

from pydantic import Field

from shared.http.parameters import ColleagueFilter, ExternalIdText, TextFilter
from shared.http.schemas import Currency, Day, Filter


class OrderFilter(Filter):
    """Filters of the list of orders; an order must match every filter that is given."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The order with this external id, written `system:id`.",
        examples=["shop:SO-20260131-17"],
    )
    customer_id: UUID | None = Field(None, description="Orders of the customer with this `id`.")
    anonymous: bool | None = Field(
        None,
        description="Only orders without a customer (true), or only those of customers (false).",
    )
    owner: ColleagueFilter | None = Field(
        None,
        description="Orders of the customers of this account owner (专职人员), given by the id of "
        "a user.",
    )
    team: ColleagueFilter | None = Field(
        None, description="Orders of the customers of this team, given by its id."
    )
    product_code: TextFilter | None = Field(
        None,
        description="Orders with a line of the product with this code (upper and lower case "
        "differ).",
        examples=["WM-800"],
    )
    currency: Currency | None = Field(None, description="Orders in this currency (ISO 4217).")
    faulty: bool | None = Field(
        None, description="Only orders that are marked as faulty (true), or only the others."
    )
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
