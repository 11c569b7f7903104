"""Import of customers from files: each line is the record of one customer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.customers.colleague.domain import KINDS, Reference, refusals
from services.registry.customers.colleague.service import with_references
from services.registry.customers.customer.contacts import parse_email
from services.registry.customers.customer.domain import MAX_TAGS, ExternalId, Record, build_record
from services.registry.customers.customer.problems import EMPTY_ID
from services.registry.customers.customer.service import records_for_change, upsert_customers
from shared.contracts.registry.customer import CustomerKind, CustomerNature, Ownership, RetailFormat
from shared.errors import FieldError, InvalidValue
from shared.faults import TOO_LONG
from shared.imports.cells import CODE, COUNTRY, FLAG, ID, NAME, Cell, choice_cell, id_cell
from shared.imports.layout import Field
from shared.imports.placeholders import refuse_placeholder
from shared.imports.specs import Options, RecordSpec


@dataclass(frozen=True, kw_only=True)
class CustomerIdOptions(Options):
    """The options of files in which customers are identified by their ids in another system."""

    system: str
    strip_suffix: str | None = None

    def customer_id(self, text: str) -> str:
        """Return the id without `strip_suffix` at its end.

        Raises InvalidValue if what is left is empty, a placeholder, or an id that was shortened.
        """
        if not self.strip_suffix:
            return text
        customer_id = text.removesuffix(self.strip_suffix).strip()
        if not customer_id:
            raise InvalidValue(EMPTY_ID)
        refuse_placeholder(customer_id, self.placeholders)
        return str(ID.parse(customer_id))


@dataclass(frozen=True, kw_only=True)
class CustomerOptions(CustomerIdOptions):
    """The options of files of customers.

    `country` is the country of phone numbers without a country code, if their line has no country.
    """

    country: str = "CN"


def _parse_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a cell, which are separated by semicolons.

    Blank ones are left out, and so are equal ones after the first.
    """
    tags = [tag.strip() for tag in text.split(";") if tag.strip()]
    if len(tags) > MAX_TAGS:
        raise InvalidValue(TOO_LONG, "Give at most {max} words.", max=MAX_TAGS)
    return tuple(dict.fromkeys(CODE.parse(tag) for tag in tags))


TAGS = Cell(_parse_tags, f"at most {MAX_TAGS} words separated by `;`, such as `重点客户;家电`")
EMAIL = Cell(lambda text: parse_email(NAME.parse(text)), "one address, such as `buyer@example.com`")
PHONE = Cell(
    id_cell(50).parse,
    "text of at most 50 characters, such as `021 5555 0100`, `+86 21 5555 0100` or "
    "`021 5555 0100 转8008`, not shortened by a spreadsheet as in `8.61381E+12`",
)

FIELDS = {
    "external_id": Field(ID, "id of the customer in `options.system`", required=True),
    "name": Field(NAME, "name, as the customer writes it", required=True),
    "name_en": Field(NAME, "name in English"),
    "kind": Field(
        choice_cell(CustomerKind), "person or organisation; without it a new customer is `unknown`"
    ),
    "nature": Field(
        choice_cell(CustomerNature),
        "nature (客户性质): a person is `individual` or `household`, an organisation has another "
        "nature; without it a new customer is `unknown`",
    ),
    "ownership": Field(
        choice_cell(Ownership), "ownership of an organisation (所有制); persons have none"
    ),
    "retail_format": Field(
        choice_cell(RetailFormat), "retail format (业态); only where nature is `retailer`"
    ),
    "email": Field(EMAIL, "e-mail address"),
    "phone": Field(
        PHONE,
        "phone number; without `+` and a country code it is one of the country of the customer, or "
        "of `options.country`",
    ),
    "city": Field(CODE, "city"),
    "country": Field(COUNTRY, "country"),
    "owner": Field(
        ID,
        "account owner (专职人员): the employee who serves the customer, by the id or the unique "
        "name of a user",
    ),
    "team": Field(ID, "team of the account owner, by the id or the unique name of a team"),
    "internal": Field(
        FLAG, "whether the customer is a post or department of the company (内部客户)"
    ),
    "disqualified": Field(FLAG, "whether the customer is marked as not worth pursuing"),
    "tags": Field(
        TAGS, "words of your own by which customers are grouped; they replace the stored tags"
    ),
}


def external_id_of(values: Mapping[str, Any], options: CustomerIdOptions) -> ExternalId:
    """Return the external id of the customer of a line; raise InvalidValue if the id is empty."""
    return ExternalId(options.system, options.customer_id(values["external_id"]))


def main_external_id(external_id: ExternalId, record: Record | None) -> ExternalId:
    """Return the same external id for all lines of one customer, whichever of its ids they have.

    The result is the first stored external id of an existing customer, or the given id of a new
    customer.
    """
    return record.external_ids[0] if record else external_id


def record_of_line(
    values: Mapping[str, Any],
    options: CustomerOptions,
    before: Record | None,
    ignored_fields: Collection[str] = (),
) -> Record:
    """Return the record of a customer with the values of a line.

    Fields without a value keep the value that they have in `before`, the existing record. The
    owner and the team are values of `with_references`. Raises FieldError if values do not fit each
    other, or if a customer cannot be assigned to the owner or team.
    """
    references: dict[str, Reference] = {name: values[name] for name in KINDS if name in values}
    stored = {name: getattr(before, name) for name in KINDS} if before else {}
    faults = refusals(references, stored)
    changes = {name: value for name, value in values.items() if name != "external_id"}
    changes |= {name: reference.id for name, reference in references.items()}
    try:
        record = build_record(
            changes, before, default_country=options.country, ignored_fields=ignored_fields
        )
    except FieldError as error:
        faults += error.faults
    if faults:
        raise FieldError(*faults)
    return record


SPEC = RecordSpec(
    entity="customers",
    fields=lambda _: FIELDS,
    options=CustomerOptions,
    key_field="external_id",
    key=external_id_of,
    existing=records_for_change,
    main_key=main_external_id,
    look_up=with_references,
    build=record_of_line,
    write=lambda session, records, by: upsert_customers(session, records=records, by=by),
)
