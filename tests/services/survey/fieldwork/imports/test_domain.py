from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.fieldwork.imports.domain import CHANNEL_PATTERN, columns_of_answers
from shared.errors import Invalid
from shared.files.cells import parse_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
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


def test_a_file_without_a_column_for_any_item_is_refused() -> None:
    with pytest.raises(Invalid) as error:
        columns_of_answers(["x", "channel"], {}, ITEMS)
    (fault,) = error.value.faults
    assert (fault.pointer, fault.code) == ("/file", "missing_columns")
    assert "one of the items" in fault.message
    assert fault.params == {"fields": ["appearance", "safety"], "columns": ["x", "channel"]}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-20T10:30:00+08:00", "2026-02-20T02:30:00"),
        ("2026-02-20T10:30:00Z", "2026-02-20T10:30:00"),
        ("2026-02-20 10:30", "2026-02-20T02:30:00"),
        ("2026-02-20", "2026-02-19T16:00:00"),
        ("2026/2/20 9:05", "2026-02-20T01:05:00"),
        ("2026/2/20", "2026-02-19T16:00:00"),
        ("2026.2.20 23:59:59", "2026-02-20T15:59:59"),
        ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00"),
        ("9998-12-31T23:59:59Z", "9998-12-31T23:59:59"),
    ],
)
def test_a_time_is_converted_to_utc_and_a_time_without_offset_is_local(
    text: str, moment: str
) -> None:
    parsed_moment = parse_moment(text, SHANGHAI)
    assert parsed_moment == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert parsed_moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "20/02/2026", "2026-1-31", "2026-02-30 soon", "２０２６-02-30", "2026-02-3"),
        *("2026W05", "2026-W05-3", "20260131", "2026-01-31X09:30", "2026-01-31T09"),
    ],
)
def test_a_text_that_is_no_time_is_refused_with_examples_of_the_format(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Give a time as 2026-01-31 09:30:00 or 2026/1/31 9:30"):
        parse_moment(text, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-13-01", "0000-01-01", "2026/2/30", "2026.2.30 9:05", "2026/02/28 25:00"),
        *("2026-02-30 10:00", "2026-02-30T10:00:00.5+08:00", "2026-02-28 23:59:60Z"),
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^There is no such day or time\.$"):
        parse_moment(text, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        *("1899-12-31", "0001-01-01", "9999-12-31", "1899/12/31 23:59", "1900-01-01"),
        *("1900-01-01T00:00:00+14:00", "9998-12-31T23:59:59-23:59", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_time_before_1900_or_after_9998_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Give a value from 1900-01-01 to 9998-12-31\.$"):
        parse_moment(text, SHANGHAI)


@given(st.text())
def test_parsing_any_text_as_a_time_returns_a_time_or_raises_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_moment(text, SHANGHAI).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "is_valid"), [("web", True), ("on_site", True), ("By Phone", False)]
)
def test_a_channel_is_a_code_in_lower_case(text: str, *, is_valid: bool) -> None:
    assert (CHANNEL_PATTERN.fullmatch(text) is not None) is is_valid
