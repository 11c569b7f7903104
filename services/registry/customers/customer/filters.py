"""Query parameters of lists of customers."""

from pydantic import Field

from services.registry.customers.customer.domain import Kind, Nature
from shared.http.parameters import ExternalIdText
from shared.http.schemas import Filter


class CustomerFilter(Filter):
    """The customers that a list is about; all given filters must match."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The customer that another system names so: `system:id`.",
        examples=["erp:10017"],
    )
    q: str | None = Field(
        None,
        min_length=2,
        max_length=100,
        description="Beginnings of words of names, contact points, cities and external ids, "
        "and Chinese characters that follow each other anywhere in them; all must match. "
        "Chinese and what stands beside it in a word are separate pieces: 客户099 finds what "
        "has both 客户 and a piece that begins with 099.",
        examples=["海尔 888"],
    )
    kind: Kind | None = Field(None, description="Person, organisation, or unknown so far.")
    nature: Nature | None = Field(None, description="Nature of the customer (客户性质).")
    owner: str | None = Field(
        None, max_length=100, description="Account owner (专职人员), exactly as on record."
    )
    team: str | None = Field(
        None, max_length=100, description="Team of the account owner, exactly as on record."
    )
