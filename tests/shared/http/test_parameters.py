"""Tests of the types of query parameters that several routes have."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.errors import Invalid
from shared.http.parameters import ExternalIdText, external_id_pair, known_names, quoted
from shared.http.validation import fault_of_body


def test_an_external_id_is_split_at_its_first_colon() -> None:
    assert external_id_pair("shop:10017") == ("shop", "10017")
    assert external_id_pair("erp:urn:x:1") == ("erp", "urn:x:1")


@pytest.mark.parametrize("text", ["", ":", "shop", "shop:", ":10017"])
def test_an_external_id_without_a_system_or_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="shop:10017") as reason:
        external_id_pair(text)
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(ExternalIdText).validate_python(text)
    (error,) = refused.value.errors()
    fault = fault_of_body(error)
    assert (fault.code, fault.message) == ("form", str(reason.value))


def test_an_external_id_parameter_is_not_split_by_validation() -> None:
    assert TypeAdapter(ExternalIdText).validate_python("erp:urn:x:1") == "erp:urn:x:1"


def test_names_are_separated_by_commas_and_each_counts_once() -> None:
    assert known_names("fields", "b,a,b", ["a", "b", "c"]) == ("b", "a")
    assert known_names("fields", "c,a,b", ["a", "b", "c"]) == ("c", "a", "b")


@pytest.mark.parametrize("text", ["", "d", "a,d", "a,", "a, b", "A"])
def test_an_unknown_name_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        known_names("fields", text, ["a", "b", "c"])
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("query:fields", "not_some_of")
    assert fault.params == {"allowed": ["a", "b", "c"]}


def test_quoted_names_are_separated_by_commas() -> None:
    assert quoted(["a", "b"]) == "`a`, `b`"
