"""Tests of the translation of pydantic's errors into faults."""

from enum import StrEnum
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import core_schema
from pydantic_core._pydantic_core import list_all_errors

import shared
from shared.errors import InvalidValue
from shared.faults import CURRENCY
from shared.http import validation
from shared.http.catalogue import declared_entries
from shared.http.validation import fault_of_body, fault_of_request

UNEXPLAINED = "unexplained_type"


def codes_of_faults() -> set[str]:
    """Return the codes of faults that the shared packages declare."""
    return {one["code"] for one in declared_entries(shared) if one["kind"] == "fault"}


def sample(error_type: str, context: dict[str, Any] | None) -> dict[str, Any]:
    """Return an error of pydantic as FastAPI lists it, with marked texts and input."""
    return {
        "type": error_type,
        "loc": ("body", "field"),
        "msg": "A sentence of pydantic",
        "input": "the input",
        "ctx": {name: value or "'a' or 'b'" for name, value in (context or {}).items()},
    }


def test_every_type_of_error_of_pydantic_becomes_a_fault_of_the_catalogue() -> None:
    """A new version of pydantic cannot bring a code that callers do not know."""
    types: list[dict[str, Any]] = [dict(one) for one in list_all_errors()]
    assert {one["type"] for one in types} == set(get_args(core_schema.ErrorType))
    codes = codes_of_faults()
    for one in [*types, {"type": "no_such_type"}]:
        fault = fault_of_request(sample(one["type"], one.get("example_context")))
        assert fault.code in codes
        assert fault.pointer.startswith("/field")
        assert "pydantic" not in fault.message
        assert "the input" not in str(fault)
        assert "{" not in fault.message


def test_the_pointer_of_a_fault_has_the_first_100_characters_of_each_name_and_50_steps() -> None:
    error = sample("missing", None)
    long = error | {"loc": ("body", "~" * 101, 0, "b" * 100, "c" * 101)}
    assert fault_of_request(long).pointer == "/".join(["", "~0" * 100, "0", "b" * 100, "c" * 100])
    deep = error | {"loc": ("body", *range(51))}
    assert fault_of_request(deep).pointer == "".join(f"/{step}" for step in range(50))


def test_every_rule_is_about_an_error_that_pydantic_has() -> None:
    assert set(validation._RULES) <= set(get_args(core_schema.ErrorType))


class Colour(StrEnum):
    """An enumeration of texts."""

    RED = "red"
    BLUE = "light blue"


class Box(BaseModel):
    """A body with fields that have limits of every kind."""

    name: str = Field("x", min_length=1, max_length=5, pattern="^x")
    count: int = Field(1, ge=1, lt=10)
    tags: list[str] = Field(["a"], min_length=1, max_length=2)
    colour: Colour = Colour.RED
    size: Literal["s", "m", 3] = "s"
    id: UUID | None = None
    inner: dict[str, bool] = {}
    price: float = Field(1.0, gt=0.5)


@pytest.mark.parametrize(
    ("given", "pointer", "code", "params"),
    [
        ({"name": ""}, "/name", "too_short", {"min": 1}),
        ({"name": "xxxxxx"}, "/name", "too_long", {"max": 5}),
        ({"name": "yyy"}, "/name", "pattern", {"pattern": "^x"}),
        ({"name": 1}, "/name", "text_expected", {}),
        ({"count": 0}, "/count", "too_small", {"min": 1}),
        ({"count": 10}, "/count", "too_large", {"max": 10}),
        ({"count": 1.5}, "/count", "integer_expected", {}),
        ({"count": "x"}, "/count", "integer_expected", {}),
        ({"count": "1" * 5000}, "/count", "too_long", {"max": 4300}),
        ({"tags": []}, "/tags", "too_short", {"min": 1}),
        ({"tags": ["a", "b", "c"]}, "/tags", "too_long", {"max": 2}),
        ({"tags": "a"}, "/tags", "list_expected", {}),
        ({"colour": "grey"}, "/colour", "not_one_of", {"allowed": ["red", "light blue"]}),
        ({"size": "l"}, "/size", "not_one_of", {"allowed": ["s", "m", "3"]}),
        ({"id": "17"}, "/id", "malformed_uuid", {}),
        ({"inner": {"a/b": "x"}}, "/inner/a~1b", "boolean_expected", {}),
        ({"inner": 1}, "/inner", "object_expected", {}),
        ({"price": 0.5}, "/price", "too_small", {"min": 0.5}),
        ({"price": "x"}, "/price", "number_expected", {"example": "12.5"}),
    ],
)
def test_a_fault_has_the_limits_that_the_value_breaks(
    given: dict[str, object], pointer: str, code: str, params: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        Box.model_validate(given)
    (fault,) = map(fault_of_body, refused.value.errors())
    assert (fault.pointer, fault.code, fault.params) == (pointer, code, params)


def test_the_fault_of_a_validator_reaches_the_caller() -> None:
    def refuse(_: str) -> str:
        raise InvalidValue(CURRENCY, "Not this.")

    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Annotated[str, AfterValidator(refuse)]).validate_python("x")
    (fault,) = map(fault_of_body, refused.value.errors())
    assert (fault.code, fault.message) == ("currency", "Not this.")


def test_the_text_of_any_other_exception_of_a_validator_is_not_shown() -> None:
    def fail(value: str) -> str:
        raise ValueError(f"secret {value}")

    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Annotated[str, AfterValidator(fail)]).validate_python("x")
    (fault,) = map(fault_of_body, refused.value.errors())
    assert fault.code == "invalid_value"
    assert "secret" not in fault.message
