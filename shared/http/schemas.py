"""The base classes and field types of request and response bodies.

Unknown fields are refused, numbers are strict (no `"1"` for 1), text has a maximum length and no
NUL and is brought to one spelling (`shared.texts`), and exact numbers are strings in JSON.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    field_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema
from pydantic_core.core_schema import StringSchema

from shared.clock import checked_day, to_utc
from shared.countries import COUNTRIES
from shared.errors import InvalidValue
from shared.faults import (
    COUNTRY,
    CURRENCY,
    DAY,
    EXACT_STRING,
    MOMENT,
    TWO_CUSTOMERS,
)
from shared.http.faults import COLON
from shared.http.validation import fault_without_pointer, location_of
from shared.money import CURRENCIES, format_decimal, parse_exact
from shared.texts import visible_text, without_nul

Item = TypeVar("Item")


class Body(BaseModel):
    """The base of every request and response body; unknown fields are refused.

    In the API document every field of an answer is required, also a field with a default, because
    it is always sent. A field that is sent only sometimes has the argument `exclude_if`.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        json_schema_serialization_defaults_required=True,
    )


class Total(Body):
    """The number of items of all pages of a list."""

    value: int = Field(description="The number of items; a lower bound if `exact` is false.")
    exact: bool = Field(description="Whether there are exactly this many items, and not more.")


class FacetValue(Body):
    """One value of a facet, with the number of items that have it."""

    value: str | None = Field(
        description="The value, written as in the query parameter that has the name of the facet; "
        "null for the items without a value, which `without=<name of the facet>` lists."
    )
    count: int = Field(description="The number of items that have this value.")


class Facet(Body):
    """A field of the items, with the number of items for each of its values."""

    field: str = Field(description="The name of the field, as requested.")
    exact: bool = Field(
        description="Whether all items were counted. If false, the counts are those of as many "
        "items as could be counted, and lower bounds."
    )
    values: list[FacetValue] = Field(description="The values, the most frequent first.")


def _is_none(value: object) -> bool:
    """Return whether a value is None."""
    return value is None


def _without_default(schema: dict[str, Any]) -> None:
    """Remove the default null from the schema of a field that is absent instead of null."""
    schema.pop("default", None)


def absent_if_none(description: str | None = None) -> Any:
    """Return the declaration of a field that is absent from the JSON if its value is None.

    The type of the field is `Total | SkipJsonSchema[None]`: the API document then says that the
    field is optional and never null.
    """
    return Field(
        None, exclude_if=_is_none, json_schema_extra=_without_default, description=description
    )


class Page(Body, Generic[Item]):
    """A page of a list; `next` is the cursor of the following page, null on the last.

    `total` is absent from the JSON unless it has a value.
    """

    items: list[Item]
    next: str | None = Field(
        description="The cursor of the next page, to be sent as `cursor`; null on the last page."
    )
    total: Total | SkipJsonSchema[None] = absent_if_none(
        "The number of items of all pages; absent without `count=true`."
    )


class FacetedPage(Page[Item], Generic[Item]):
    """A page of a list that has facets; `facets` is absent from the JSON without a value."""

    facets: list[Facet] | SkipJsonSchema[None] = absent_if_none(
        "The requested facets, in the requested sequence; absent without `facets`."
    )


class Change(Body, Generic[Item]):
    """The value of a field before and after a change."""

    model_config = ConfigDict(
        serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    before: Item | None = Field(
        alias="from", description="The value before the change; null if there was none."
    )
    after: Item | None = Field(
        alias="to", description="The value after the change; null if it was removed."
    )


class TextChange(Change[str]):
    """The text of a field before and after a change."""


class FlagChange(Change[bool]):
    """The value of a field that is true or false, before and after a change."""


class TextsChange(Change[list[str]]):
    """The texts of a field, such as tags, before and after a change."""


class Filter(BaseModel):
    """The query parameters that filter a list; a parameter that is not given is None.

    A route asks for it as `Annotated[OrderFilter, Query()]`. FastAPI passes all parameters
    of the request to such a model, those of paging too, so the model ignores unknown ones;
    `StrictRoute` refuses them.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Text:
    """Annotation for text of 1 to `max_length` characters without NUL, of which one is visible.

    The text is normalised (`shared.texts`) and outer blanks are removed. A field may lower the
    maximum: `word: Code = Field(max_length=50)`.
    """

    max_length: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema with the smaller maximum length; pydantic would use the later one."""
        field_schema = cast("StringSchema", handler(source))
        max_length = min(self.max_length, field_schema.get("max_length", self.max_length))
        bounds = core_schema.str_schema(min_length=1, max_length=max_length, strip_whitespace=True)
        bounded = core_schema.no_info_after_validator_function(without_nul, field_schema | bounds)
        return core_schema.no_info_before_validator_function(visible_text, bounded)


def _without_tag_in_errors(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Validate a member of a union; the tag is removed from the location of each error."""
    try:
        return handler(value)
    except ValidationError as error:
        errors = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "fault", "{fault}", {"fault": fault_without_pointer(detail)}
                ),
                loc=location_of({**detail, "loc": detail["loc"][1:]}),
                input=detail["input"],
            )
            for detail in error.errors()
        ]
        raise ValidationError.from_exception_data(error.title, errors) from error


UNTAGGED = WrapValidator(_without_tag_in_errors)
"""Annotation for a union with a discriminator: pointers of faults do not contain its value.

Without this annotation the pointer would be `/items/0/scale/label` instead of `/items/0/label`.
"""


def _parse_exact_string(value: Any) -> Any:
    """Return the Decimal that a string states; raises InvalidValue for anything else."""
    if not isinstance(value, str):
        raise InvalidValue(EXACT_STRING, 'Give an exact number as a string: "12.50".')
    return parse_exact(value)


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _refuse_unless_moment(value: Any) -> Any:
    """Return the value unchanged; raises InvalidValue unless it is a time as RFC 3339.

    A number is refused: pydantic would parse it as a Unix time.
    """
    if not (isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value))):
        raise InvalidValue(MOMENT, "Give a time as RFC 3339: 2026-01-31T09:30:00+08:00.")
    return value


def _refuse_unless_day(value: Any) -> Any:
    """Return the value unchanged; raises InvalidValue unless it is a day."""
    if not (isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value))):
        raise InvalidValue(DAY, "Give a day as 2026-01-31.")
    return value


def _to_utc(value: datetime) -> datetime:
    """Return the time in UTC; raises InvalidValue if its offset is missing."""
    if value.tzinfo is None:
        raise InvalidValue(MOMENT, "Give the offset from UTC, for instance +08:00 or Z.")
    return to_utc(value)


def _refuse_unknown_currency(code: str) -> str:
    """Return the code unchanged; raises InvalidValue unless ISO 4217 has it."""
    if code not in CURRENCIES:
        raise InvalidValue(CURRENCY)
    return code


def _refuse_unknown_country(code: str) -> str:
    """Return the code unchanged; raises InvalidValue unless ISO 3166 has it."""
    if code not in COUNTRIES:
        raise InvalidValue(COUNTRY)
    return code


_WRITTEN_FLAGS = {"true": True, "True": True, "false": False, "False": False}


def _parse_flag(value: object) -> object:
    """Return the boolean that a text means; other values are returned unchanged."""
    return _WRITTEN_FLAGS.get(value, value) if isinstance(value, str) else value


Name = Annotated[str, Text(200)]
Code = Annotated[str, Text(100)]
CodeOut = Annotated[str, Field(min_length=1, max_length=100)]
"""A code as responses show it: as it is stored, although today's rules may refuse it."""
Integer = StrictInt
Flag = StrictBool
WrittenFlag = Annotated[StrictBool, BeforeValidator(_parse_flag)]
"""A flag of a form: `true` or `false`, also with a capital, as Python writes it."""
_AS_TEXT = PlainSerializer(format_decimal, return_type=str)
_FROM_TEXT = BeforeValidator(_parse_exact_string)
EXACT_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"
_ANSWERED = WithJsonSchema(
    {"type": "string", "format": "decimal", "pattern": EXACT_PATTERN}, mode="serialization"
)
_EXAMPLE = Field(examples=["12.5"])


def _requested(sign: str) -> WithJsonSchema:
    """Return the schema of an exact number in requests; `sign` is the pattern of its sign."""
    pattern = rf"^{sign}[0-9]{{1,15}}(\.[0-9]{{1,6}})?$"
    schema = {"type": "string", "format": "decimal", "pattern": pattern}
    return WithJsonSchema(schema, mode="validation")


ExactOut = Annotated[Decimal, _AS_TEXT, _ANSWERED, _EXAMPLE]
"""An exact number in answers, with any number of digits."""
Exact = Annotated[Decimal, _FROM_TEXT, _AS_TEXT, _requested("[+-]?"), _ANSWERED, _EXAMPLE]
NonNegativeExact = Annotated[
    Decimal, Field(ge=0), _FROM_TEXT, _AS_TEXT, _requested(r"\+?"), _ANSWERED, _EXAMPLE
]
CurrencyOut = Annotated[
    str,
    Field(
        description="ISO 4217 code.",
        examples=["CNY"],
        json_schema_extra={"pattern": "^[A-Z]{3}$"},
    ),
]
"""A currency code as responses show it: the list of codes is not checked again."""

Currency = Annotated[CurrencyOut, AfterValidator(_refuse_unknown_currency)]
Country = Annotated[
    str,
    Field(
        description="ISO 3166 code of two letters.",
        examples=["CN"],
        json_schema_extra={"pattern": "^[A-Z]{2}$"},
    ),
    AfterValidator(_refuse_unknown_country),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_refuse_unless_moment, json_schema_input_type=datetime),
    AfterValidator(_to_utc),
    Field(description="RFC 3339, with offset; answered in UTC.", examples=["2026-01-31T01:30:00Z"]),
]


Day = Annotated[
    date,
    BeforeValidator(_refuse_unless_day, json_schema_input_type=date),
    AfterValidator(checked_day),
    Field(examples=["2026-01-31"]),
]


def _refuse_colon(text: str) -> str:
    """Return the text unchanged; raises InvalidValue if it has a colon."""
    if ":" in text:
        raise InvalidValue(COLON)
    return text


System = Annotated[Code, AfterValidator(_refuse_colon)]
"""The name of another system, without a colon, because a filter is written `system:id`."""


_ID_IN_SYSTEM = "The id in that system; upper and lower case differ."


class ExternalIdOut(Body):
    """An id in another system, as responses show it."""

    system: CodeOut = Field(description="The system in which the id is used.", examples=["shop"])
    id: CodeOut = Field(description=_ID_IN_SYSTEM, examples=["10017"])


class ExternalIdIn(ExternalIdOut):
    """An id in another system, as requests state it; the name of the system has no colon."""

    system: System = Field(
        description="The system in which the id is used; its name has no colon.", examples=["shop"]
    )
    id: Code = Field(description=_ID_IN_SYSTEM, examples=["10017"])


class CustomerReference(Body):
    """A body that may name a customer, by an id in another system or by the id in Patron."""

    customer: ExternalIdIn | None = None
    customer_id: UUID | None = None

    @field_validator("customer_id")
    @classmethod
    def _names_one_customer(cls, value: UUID | None, info: ValidationInfo) -> UUID | None:
        """Refuse a body that has both `customer` and `customer_id`."""
        if value is not None and info.data.get("customer") is not None:
            raise InvalidValue(TWO_CUSTOMERS)
        return value

    @property
    def customer_external_id(self) -> tuple[str, str] | None:
        """The system and the id in `customer`, or None if the body has no `customer`."""
        return None if self.customer is None else (self.customer.system, self.customer.id)
