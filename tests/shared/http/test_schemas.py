"""Texts of bodies are bounded by their type and, where it says so, by their field."""

from uuid import uuid4

import pytest
from pydantic import Field, ValidationError

from shared.http.schemas import Body, Code, NamesCustomer


class Word(Body):
    """A body with texts that are shorter than their type."""

    needed: Code = Field(max_length=5)
    free: Code | None = Field(None, max_length=5)


def faults(kind: type[Body], **given: object) -> list[tuple[object, str]]:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(given)
    return [(each["loc"][0], each["type"]) for each in refused.value.errors()]


def test_a_field_may_bound_a_text_further() -> None:
    assert Word(needed=" 12345 ", free="12345").needed == "12345"
    assert faults(Word, needed="123456") == [("needed", "string_too_long")]
    assert [place for place, _ in faults(Word, needed="1", free="123456")] == ["free"]
    assert Word.model_json_schema()["properties"]["needed"]["maxLength"] == 5


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "string_too_short"), ("  ", "string_too_short"), ("a\x00", "nul")],
)
def test_a_text_says_something_without_nul(text: str, code: str) -> None:
    assert faults(Word, needed=text) == [("needed", code)]


def test_a_customer_is_named_in_one_way() -> None:
    both = {"customer": {"system": "erp", "id": "17"}, "customer_id": uuid4()}
    assert faults(NamesCustomer, **both) == [("customer_id", "two_customers")]
    assert NamesCustomer.model_validate({"customer": both["customer"]}).named == ("erp", "17")
    assert NamesCustomer().named is None
