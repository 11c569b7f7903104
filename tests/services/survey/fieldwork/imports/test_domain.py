import pytest

from services.survey.fieldwork.imports.domain import CHANNEL_PATTERN, columns_of_answers
from shared.errors import Invalid

ITEMS = {"appearance": False, "safety": False}
"""The codes of two items, which are not required."""


def test_a_column_contains_the_field_it_is_mapped_to_or_else_the_field_with_its_name() -> None:
    header = ["id", "respondent_external_id", "How it looks", "safety", "note"]
    columns = columns_of_answers(header, {"How it looks": "appearance", "note": None}, ITEMS)
    assert columns.positions == {"respondent_external_id": 1, "appearance": 2, "safety": 3}
    assert columns.ignored == ["id", "note"]
    assert columns.label("appearance") == "How it looks (appearance)"
    assert [columns.label(name) for name in ("safety", "elsewhere")] == ["safety", "elsewhere"]


def test_columns_for_respondent_time_and_channel_are_found_by_name_or_by_mapping() -> None:
    by_name = columns_of_answers(["channel", "safety", "submitted_at"], {}, ITEMS)
    assert by_name.positions == {"channel": 0, "safety": 1, "submitted_at": 2}
    mapping: dict[str, str | None] = {"a": "submitted_at", "b": "respondent_external_id"}
    by_mapping = columns_of_answers(["a", "b", "safety"], mapping, ITEMS)
    assert by_mapping.positions == {"submitted_at": 0, "respondent_external_id": 1, "safety": 2}
    assert by_mapping.ignored == []


def test_a_column_that_is_mapped_to_null_is_ignored_although_it_has_the_name_of_an_item() -> None:
    columns = columns_of_answers(["appearance", "safety"], {"safety": None}, ITEMS)
    assert columns.positions == {"appearance": 0}


@pytest.mark.parametrize(
    ("header", "mapping", "pointer", "code"),
    [
        (["appearance"], {"x": "safety"}, "/mapping/x", "unknown_column"),
        (["appearance", "x"], {"x": "colour"}, "/mapping/x", "unknown_field"),
        (["appearance", "x"], {"x": "appearance"}, "/mapping", "mapped_twice"),
        (["safety"], {}, "/file", "missing_columns"),
        (["appearance"], {"appearance": None}, "/file", "missing_columns"),
    ],
)
def test_an_invalid_header_or_mapping_is_refused_with_the_pointer_to_its_fault(
    header: list[str], mapping: dict[str, str | None], pointer: str, code: str
) -> None:
    """Of the two items `appearance` is required here, `safety` is not."""
    with pytest.raises(Invalid) as error:
        columns_of_answers(header, mapping, ITEMS | {"appearance": True})
    (fault,) = error.value.faults
    assert (fault.pointer, fault.code) == (pointer, code)


@pytest.mark.parametrize(
    ("text", "is_valid"), [("web", True), ("on_site", True), ("By Phone", False)]
)
def test_a_channel_is_a_code_in_lower_case(text: str, *, is_valid: bool) -> None:
    assert (CHANNEL_PATTERN.fullmatch(text) is not None) is is_valid
