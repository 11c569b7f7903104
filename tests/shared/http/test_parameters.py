"""Tests of the types of query parameters that several routes have."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.parameters import ExternalIdText, external_id_pair
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
