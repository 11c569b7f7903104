"""Parameters that several nouns have."""

import pytest

from shared.errors import Invalid
from shared.http.parameters import external_id_pair


def test_a_system_ends_at_the_first_colon() -> None:
    assert external_id_pair("shop:10017") == ("shop", "10017")
    assert external_id_pair("erp:urn:x:1") == ("erp", "urn:x:1")
    assert external_id_pair(None) is None


@pytest.mark.parametrize("text", ["", ":", "shop", "shop:", ":10017"])
def test_half_a_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        external_id_pair(text)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("query:external_id", "form")
    assert "shop:10017" in fault.message
