"""The query parameters of the list of customers."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.registry.customers.customer.domain import is_long_enough
from shared.contracts.registry.customer import CustomerKind, CustomerNature, Ownership, RetailFormat
from shared.contracts.scoring.score import CustomerClass, Rung
from shared.errors import InvalidValue
from shared.faults import TOO_SHORT
from shared.http.parameters import ColleagueFilter, ExternalIdText, TextFilter
from shared.http.schemas import Country, Filter, Moment


def _refuse_short_query(text: str) -> str:
    """Return the text unchanged; raises InvalidValue if all its words are single letters."""
    if not is_long_enough(text):
        advice = "Give a word of at least two letters or digits, or a Chinese character."
        raise InvalidValue(TOO_SHORT, advice, min=2)
    return text


SearchText = Annotated[TextFilter, AfterValidator(_refuse_short_query)]


class CustomerFilter(Filter):
    """Filters of the list of customers; a customer must match every filter that is given."""

    external_id: ExternalIdText | None = Field(
        None,
        description="The customer with this external id, written `system:id`.",
        examples=["erp:10017"],
    )
    q: SearchText | None = Field(
        None,
        description="Search text. Each of its words must be the beginning of a word in the names, "
        "e-mail address, phone number, city or external ids of the customer; Chinese characters "
        "may stand anywhere in them, in the same sequence. A word that mixes Chinese and other "
        "characters is split: 客户099 finds customers with both 客户 and a word that begins with "
        "099. Punctuation around a word does not count, nor do upper and lower case or full-width "
        "and half-width forms. A phone number is also found by its "
        "digits alone, with or without the country code. Consecutive words of digits and "
        "`+ - . ( ) /` are tried as they are and also together as one number: 199 0000 1042 "
        "finds 19900001042. At least one word has two letters or digits, or a Chinese character "
        "such as a surname; other words may be shorter, as in 7 eleven.",
        examples=["海尔 888"],
    )
    kind: CustomerKind | None = Field(None, description="Customers of this kind.")
    nature: CustomerNature | None = Field(None, description="Customers of this nature (客户性质).")
    ownership: Ownership | None = Field(
        None, description="Organisations with this ownership (所有制)."
    )
    retail_format: RetailFormat | None = Field(
        None, description="Retailers with this format (业态)."
    )
    city: TextFilter | None = Field(
        None,
        description="Customers in this city, exactly as the city is stored.",
        examples=["苏州"],
    )
    country: Country | None = Field(
        None, description="Customers in this country, an ISO 3166 code of two letters."
    )
    tag: TextFilter | None = Field(
        None,
        description="Customers with this tag, exactly as the tag is stored.",
        examples=["重点客户"],
    )
    owner: ColleagueFilter | None = Field(
        None,
        description="Customers of this account owner (专职人员), given by the id of a user.",
    )
    team: ColleagueFilter | None = Field(
        None, description="Customers of this team, given by its id."
    )
    internal: bool | None = Field(
        None, description="Whether the customers are posts or departments of our own company."
    )
    disqualified: bool | None = Field(
        None, description="Whether the customers are marked as not worth pursuing."
    )
    customer_class: CustomerClass | None = Field(
        None, alias="class", description="Customers with this class (客户分类)."
    )
    rung: Rung | None = Field(
        None, description="Customers on this rung of the loyalty ladder (忠诚度阶梯)."
    )
    silent: bool | None = Field(
        None,
        description="Whether the customers have bought something, but nothing for a long time "
        "(沉默). Customers without a score are in neither list.",
    )
    registered_from: Moment | None = Field(
        None,
        description="Customers registered at this time or later; it must be before "
        "`registered_before`.",
    )
    registered_before: Moment | None = Field(
        None, description="Customers registered before this time."
    )
    changed_from: Moment | None = Field(
        None,
        description="Customers whose last change was at this time or later; it must be before "
        "`changed_before`.",
    )
    changed_before: Moment | None = Field(
        None, description="Customers whose last change was before this time."
    )
