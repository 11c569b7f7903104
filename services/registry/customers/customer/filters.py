"""Query parameters of lists of customers."""

from pydantic import Field

from services.registry.customers.customer.domain import Kind, Nature
from shared.http.parameters import ExternalIdText
from shared.http.schemas import Filter


class CustomerFilter(Filter):
    """Filters of a list of customers; a customer must match all that are given."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The customer with this external id, written `system:id`.",
        examples=["erp:10017"],
    )
    q: str | None = Field(
        None,
        min_length=2,
        max_length=100,
        description="Beginnings of words in names, e-mail addresses, phone numbers, cities and "
        "external ids, and Chinese characters that follow each other anywhere in them; all must "
        "match. Chinese characters and others in one word are separate pieces: 客户099 finds "
        "customers with both 客户 and a piece that begins with 099.",
        examples=["海尔 888"],
    )
    kind: Kind | None = Field(None, description="Customers of this kind.")
    nature: Nature | None = Field(None, description="Customers of this nature (客户性质).")
    owner: str | None = Field(
        None,
        max_length=100,
        description="Customers of this account owner (专职人员), exactly as on record.",
    )
    team: str | None = Field(
        None, max_length=100, description="Customers of this team, exactly as on record."
    )
