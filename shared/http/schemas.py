"""The base classes and field types of request and response bodies.

Unknown fields are refused, numbers are strict (no `"1"` for 1), text has a maximum length and no
NUL, and exact numbers are strings in JSON.
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
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema
from pydantic_core.core_schema import StringSchema

from shared.clock import to_utc
from shared.money import CURRENCIES, parse_exact

Item = TypeVar("Item")


class Body(BaseModel):
    """The base of every request and response body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Page(Body, Generic[Item]):
    """One page of a list; `next` is the cursor of the following page, null on the last."""

    items: list[Item]
    next: str | None = Field(description="Send it as `cursor` to get the following page.")


class Filter(BaseModel):
    """The query parameters that select the items of a list; None where one is not given.

    A route asks for it as `Annotated[OrderFilter, Query()]`. FastAPI hands such a model every
    parameter of the request, those of paging too, so it ignores what it does not know; unknown
    parameters are refused by `StrictRoute`.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)


def without_nul(text: str) -> str:
    """Return the text; raises PydanticCustomError for a NUL, which PostgreSQL cannot store."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "Leave out the character NUL.")
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """Annotates a text of 1 to `max_length` characters without NUL, stripped of outer blanks.

    A field may lower the maximum: `word: Code = Field(max_length=50)`.
    """

    max_length: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema with the smaller maximum; pydantic would take the later one."""
        own = cast("StringSchema", handler(source))
        max_length = min(self.max_length, own.get("max_length", self.max_length))
        bounds = core_schema.str_schema(min_length=1, max_length=max_length, strip_whitespace=True)
        return core_schema.no_info_after_validator_function(without_nul, own | bounds)


def _untagged(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError as error:
        errors = [
            InitErrorDetails(
                type=PydanticCustomError(one["type"], one["msg"]),
                loc=one["loc"][1:],
                input=one["input"],
            )
            for one in error.errors()
        ]
        raise ValidationError.from_exception_data(error.title, errors) from error


UNTAGGED = WrapValidator(_untagged)
"""Annotates a union with a discriminator, whose value is then no step in the pointer of a fault."""


def _as_string(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("exact_string", 'Give an exact number as a string: "12.50".')
    try:
        return parse_exact(value)
    except ValueError as error:
        raise PydanticCustomError("exact_string", "{reason}", {"reason": str(error)}) from error


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _moment_string(value: Any) -> Any:
    """Return the value; raises for a bare number, which pydantic would read as a Unix time."""
    if not (isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value))):
        raise PydanticCustomError("moment", "Give a time as RFC 3339: 2026-01-31T09:30:00+08:00.")
    return value


def _day_string(value: Any) -> Any:
    if not (isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value))):
        raise PydanticCustomError("day", "Give a day as 2026-01-31.")
    return value


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("moment", "Give the offset from UTC, for instance +08:00 or Z.")
    try:
        return to_utc(value)
    except ValueError as error:
        raise PydanticCustomError("moment", "{reason}", {"reason": str(error)}) from error


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "Give an ISO 4217 code such as CNY.")
    return code


Name = Annotated[str, Text(200)]
Code = Annotated[str, Text(100)]
Integer = StrictInt
Flag = StrictBool
Exact = Annotated[
    Decimal,
    BeforeValidator(_as_string, json_schema_input_type=str),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    Field(examples=["12.50"]),
]
Currency = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{3}$"),
    AfterValidator(_known_currency),
    Field(description="ISO 4217 code.", examples=["CNY"]),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment_string, json_schema_input_type=str),
    AfterValidator(_to_utc),
    Field(description="RFC 3339, with offset; answered in UTC.", examples=["2026-01-31T01:30:00Z"]),
]


Day = Annotated[
    date,
    BeforeValidator(_day_string, json_schema_input_type=str),
    Field(examples=["2026-01-31"], json_schema_extra={"format": "date"}),
]


def _without_colon(text: str) -> str:
    if ":" in text:
        message = "Leave the colon out of `system`: in `system:id` it ends the system."
        raise PydanticCustomError("colon", message)
    return text


System = Annotated[Code, AfterValidator(_without_colon)]
"""The name of another system, without a colon, because filters write `system:id`."""


class ExternalIdOut(Body):
    """The id of something in another system, as responses show it."""

    system: Code = Field(description="The system that gives the id.", examples=["shop"])
    id: Code = Field(description="The id there; upper and lower case differ.", examples=["10017"])


class ExternalIdIn(ExternalIdOut):
    """The id of something in another system, as requests state it: the system has no colon."""

    system: System = Field(
        description="The system that gives the id; without a colon.", examples=["shop"]
    )


class CustomerReference(Body):
    """A body that may name a customer: by the id in another system or by our id, not by both."""

    customer: ExternalIdIn | None = None
    customer_id: UUID | None = None

    @field_validator("customer_id")
    @classmethod
    def _names_one_customer(cls, value: UUID | None, info: ValidationInfo) -> UUID | None:
        if value is not None and info.data.get("customer") is not None:
            raise PydanticCustomError("two_customers", "Give customer or customer_id, not both.")
        return value

    @property
    def customer_external_id(self) -> tuple[str, str] | None:
        """The system and id that name the customer; None if the body names them otherwise."""
        return None if self.customer is None else (self.customer.system, self.customer.id)
