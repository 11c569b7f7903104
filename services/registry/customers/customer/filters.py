"""The query parameters of the list of customers."""

from pydantic import Field

from services.registry.customers.customer.domain import CustomerKind, CustomerNature
from shared.http.parameters import ExternalIdText
from shared.http.schemas import Filter


class CustomerFilter(Filter):
    """Filters of the list of customers; a customer must match every filter that is given."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The customer with this external id, written `system:id`.",
        examples=["erp:10017"],
    )
    q: str | None = Field(
        None,
        min_length=2,
        max_length=100,
        description="Search text. Each of its words must be the beginning of a word in the names, "
        "e-mail address, phone number, city or external ids of the customer; Chinese characters "
        "may stand anywhere in them, in the same sequence. A word that mixes Chinese and other "
        "characters is split: 客户099 finds customers with both 客户 and a word that begins with "
        "099.",
        examples=["海尔 888"],
    )
    kind: CustomerKind | None = Field(None, description="Customers of this kind.")
    nature: CustomerNature | None = Field(None, description="Customers of this nature (客户性质).")
    owner: str | None = Field(
        None,
        max_length=100,
        description="Customers of this account owner (专职人员), exactly as the owner is stored.",
    )
    team: str | None = Field(
        None, max_length=100, description="Customers of this team, exactly as the team is stored."
    )
