"""Tests of the base classes and field types of bodies."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.errors import Fault
from shared.http.schemas import (
    UNTAGGED,
    Body,
    Code,
    Country,
    Currency,
    CustomerReference,
    Day,
    Exact,
    ExternalIdIn,
    Moment,
    WrittenFlag,
)
from shared.http.validation import fault_of_body
from shared.ids import new_id


def short_texts_class() -> type[Body]:
    """Return a class of bodies with texts whose maximum length is below that of their type."""

    class ShortTexts(Body):
        needed: Code = Field(max_length=5)
        free: Code | None = Field(None, max_length=5)

    return ShortTexts


class Payment(Body):
    """A body with one field of each type that is a string in JSON."""

    amount: Exact = Decimal(1)
    currency: Currency = "CNY"
    country: Country = "CN"
    at: Moment = datetime(2026, 1, 1, tzinfo=UTC)
    day: Day = date(2026, 1, 1)


def all_faults(kind: type[Body], given: object) -> list[Fault]:
    """Return the faults of a body with these values."""
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(given)
    return [fault_of_body(error) for error in refused.value.errors()]


def faults(kind: type[Body], **given: object) -> list[tuple[str, str]]:
    """Return the field and the code of each fault of a body with these values."""
    return [(fault.pointer.removeprefix("/"), fault.code) for fault in all_faults(kind, given)]


def test_a_field_may_lower_the_maximum_length_of_its_type() -> None:
    short_texts = short_texts_class()
    given = {"needed": " 12345 ", "free": "12345"}
    assert short_texts.model_validate(given).model_dump() == {"needed": "12345", "free": "12345"}
    assert faults(short_texts, needed="123456") == [("needed", "too_long")]
    assert [field for field, _ in faults(short_texts, needed="1", free="123456")] == ["free"]
    described = short_texts.model_json_schema()["properties"]["needed"]
    assert (described["minLength"], described["maxLength"]) == (1, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "too_short"), ("  ", "too_short"), ("a\x00", "nul")],
)
def test_an_empty_text_or_one_with_a_nul_is_refused(text: str, code: str) -> None:
    assert faults(short_texts_class(), needed=text) == [("needed", code)]


class Circle(Body):
    """A member of a union, chosen by `kind`."""

    kind: Literal["circle"]
    radius: int = Field(lt=10)
    colours: list[Currency] = Field([])


class Line(Body):
    """A member of a union, whose `kind` is also the name of one of its fields."""

    kind: Literal["line"]
    line: str


def drawing() -> type[Body]:
    """Return a body whose field is a list of members of a union."""

    class Drawing(Body):
        shapes: list[Annotated[Circle | Line, Field(discriminator="kind"), UNTAGGED]]

    return Drawing


@pytest.mark.parametrize(
    ("shape", "pointer", "code", "message"),
    [
        ({"kind": "circle", "radius": "{x}"}, "/radius", "integer_expected", "whole number"),
        ({"kind": "circle", "radius": 10}, "/radius", "too_large", "less than 10"),
        ({"kind": "circle", "radius": 1, "colours": ["cny"]}, "/colours/0", "currency", "CNY"),
        ({"kind": "circle", "radius": 1, "colours": ["XXZ"]}, "/colours/0", "currency", "CNY"),
        ({"kind": "line", "line": 1}, "/line", "text_expected", "string"),
        ({"kind": "line"}, "/line", "missing", "needed"),
        ({"kind": "star"}, "/kind", "not_one_of", "circle, line"),
        ({"line": "a"}, "/kind", "missing", "needed"),
        (1, "", "object_expected", "object"),
    ],
)
def test_a_discriminator_value_is_no_step_in_the_pointer_of_a_fault(
    shape: object, pointer: str, code: str, message: str
) -> None:
    (fault,) = all_faults(drawing(), {"shapes": [shape]})
    assert (fault.pointer, fault.code) == (f"/shapes/0{pointer}", code)
    assert message in fault.message


def test_a_discriminator_chooses_the_model_of_a_union() -> None:
    shapes = [{"kind": "line", "line": "a"}, {"kind": "circle", "radius": 1, "colours": ["CNY"]}]
    assert drawing().model_validate({"shapes": shapes}).model_dump() == {"shapes": shapes}


def test_a_body_names_its_customer_in_one_way_only() -> None:
    both = {"customer": {"system": "erp", "id": "17"}, "customer_id": new_id()}
    assert faults(CustomerReference, **both) == [("customer_id", "two_customers")]
    assert CustomerReference.model_validate(
        {"customer": both["customer"]}
    ).customer_external_id == ("erp", "17")
    assert CustomerReference().customer_external_id is None


def test_a_field_cannot_raise_the_maximum_length_of_its_type() -> None:
    class Text(Body):
        free: Code
        looser: Code = Field("", max_length=500)

    assert Text(free="x" * 100, looser="x" * 100).free == "x" * 100
    assert faults(Text, free="x" * 101) == [("free", "too_long")]
    assert faults(Text, free="x", looser="x" * 101) == [("looser", "too_long")]


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ("amount", "12.50", Decimal("12.5")),
        ("amount", "-0.001", Decimal("-0.001")),
        ("currency", "USD", "USD"),
        ("at", "2026-01-31T09:30:00+08:00", datetime(2026, 1, 31, 1, 30, tzinfo=UTC)),
        ("at", "2026-01-31t01:30z", datetime(2026, 1, 31, 1, 30, tzinfo=UTC)),
        ("at", "1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
        ("at", "9998-12-31T23:59:59Z", datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("at", datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)),
        ("at", "1899-12-31T23:59:59-14:00", datetime(1900, 1, 1, 13, 59, 59, tzinfo=UTC)),
        ("day", "2026-01-31", date(2026, 1, 31)),
        ("day", date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_values_written_as_documented_are_parsed(field: str, given: object, read: object) -> None:
    found = getattr(Payment.model_validate({field: given}), field)
    assert (found, str(found)) == (read, str(read))
    assert getattr(found, "tzinfo", None) is getattr(read, "tzinfo", None)


def test_values_are_serialised_as_documented() -> None:
    moment = datetime(2026, 1, 31, 1, 30, tzinfo=UTC)
    paid = Payment.model_construct(amount=Decimal("1E+2"), at=moment)
    assert paid.model_dump(mode="json") == {
        "amount": "100",
        "currency": "CNY",
        "country": "CN",
        "at": "2026-01-31T01:30:00Z",
        "day": "2026-01-01",
    }


@pytest.mark.parametrize(
    ("field", "given", "code", "advice"),
    [
        ("amount", 12.5, "exact_string", '"12.50"'),
        ("amount", 12, "exact_string", '"12.50"'),
        ("amount", "a lot", "exact_string", "digits"),
        ("amount", "１２", "exact_string", "digits"),
        ("amount", "٣", "exact_string", "digits"),
        ("amount", "1.٣", "exact_string", "digits"),
        ("currency", "XXZ", "currency", "CNY"),
        ("currency", "cny", "currency", "CNY"),
        ("currency", "", "currency", "CNY"),
        ("country", "cn", "country", "CN"),
        ("country", "XX", "country", "CN"),
        ("country", "China", "country", "CN"),
        ("at", 1_790_000_000, "moment", "2026-01-31T09:30:00+08:00"),
        ("at", "1790000000", "moment", "2026-01-31T09:30:00+08:00"),
        ("at", "2026-01-31", "moment", "2026-01-31T09:30:00+08:00"),
        ("at", None, "moment", "2026-01-31T09:30:00+08:00"),
        ("at", "2026-01-31T09:30:00", "moment", "+08:00"),
        ("at", "1899-12-31T23:59:59Z", "out_of_range", "1900-01-01"),
        ("at", "9999-01-01T00:00:00Z", "out_of_range", "9998-12-31"),
        ("at", "1900-01-01T00:00:00+14:00", "out_of_range", "1900-01-01"),
        ("at", "9998-12-31T23:59:59-23:59", "out_of_range", "9998-12-31"),
        ("at", "0001-01-01T00:00:00+14:00", "out_of_range", "1900-01-01"),
        ("at", "9999-12-31T23:59:59-14:00", "out_of_range", "9998-12-31"),
        ("at", "2026-01-31T09:30:0０Z", "moment", "2026-01-31T09:30:00+08:00"),
        ("day", 20_260_131, "day", "2026-01-31"),
        ("day", "2026-01-3１", "day", "2026-01-31"),
        ("day", "20260131", "day", "2026-01-31"),
        ("day", None, "day", "2026-01-31"),
        ("day", "1899-12-31", "out_of_range", "1900-01-01"),
        ("day", "9999-01-01", "out_of_range", "9998-12-31"),
    ],
)
def test_values_not_written_as_documented_are_refused_with_an_example(
    field: str, given: object, code: str, advice: str
) -> None:
    (fault,) = all_faults(Payment, {field: given})
    assert (fault.pointer, fault.code) == (f"/{field}", code)
    assert "Give " in fault.message
    assert advice in fault.message


def test_a_nul_and_a_colon_in_a_system_are_refused_with_advice() -> None:
    def fault_with(**given: object) -> tuple[str, str]:
        (fault,) = all_faults(ExternalIdIn, {"system": "erp", "id": "17"} | given)
        return fault.code, fault.message

    code, message = fault_with(id="1\x007")
    assert code == "nul"
    assert message.endswith("Leave out the character NUL.")
    code, message = fault_with(system="e:rp")
    assert code == "colon"
    assert "Leave the colon out of `system`" in message
    assert ExternalIdIn(system="erp", id="1:7").id == "1:7"


@pytest.mark.parametrize(
    ("text", "flag"), [("true", True), ("True", True), ("false", False), ("False", False)]
)
def test_a_flag_in_a_query_or_form_is_true_or_false(text: str, flag: bool) -> None:  # noqa: FBT001  the parsed value
    assert TypeAdapter(WrittenFlag).validate_python(text) is flag


@pytest.mark.parametrize("text", ["", "1", "0", "yes", "TRUE", 1])
def test_a_flag_in_a_query_or_form_that_is_written_otherwise_is_refused(text: object) -> None:
    with pytest.raises(ValidationError, match="bool_type"):
        TypeAdapter(WrittenFlag).validate_python(text)
