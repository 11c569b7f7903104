"""Tests of JSON Merge Patch (RFC 7396)."""

from datetime import date

import pytest
from pydantic import BaseModel, Field

from shared.errors import Invalid
from shared.http.patch import changed_fields, merged, patched


class Text(BaseModel):
    """A text in Chinese, and perhaps in English."""

    zh: str = Field(max_length=5)
    en: str | None = None


class Sheet(BaseModel):
    """An example resource."""

    title: Text
    until: date | None = None

    notes: dict[str, int] = {}


class SheetPatch(BaseModel):
    """The body of a PATCH of a sheet."""

    notes: dict[str, str | int] | None = None
    title: dict[str, str | None] | None = None
    until: date | None = None


BEFORE = {"title": {"zh": "标题", "en": "Title"}, "until": "2026-01-31"}


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_objects_are_merged_and_everything_else_is_replaced(
    target: object, patch: object, result: object
) -> None:
    """The cases are the examples in appendix A of RFC 7396."""
    assert merged(target, patch) == result


def test_a_patch_changes_the_fields_that_it_names() -> None:
    changed = patched(Sheet, BEFORE, SheetPatch(title={"en": "New"}))
    assert changed == Sheet(title=Text(zh="标题", en="New"), until=date(2026, 1, 31))
    later = patched(Sheet, BEFORE, SheetPatch(until=date(2026, 2, 28)))
    assert later.until == date(2026, 2, 28)
    assert patched(Sheet, BEFORE, SheetPatch(until=None)).until is None


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "required", "This cannot be removed."),
        ("六个字太长了", "too_long", "Maximum number of characters: 5."),
    ],
)
def test_a_patch_that_leaves_an_invalid_resource_is_refused(
    text: str | None, code: str, message: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        patched(Sheet, BEFORE, SheetPatch(title={"zh": text}))
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code, fault.message) == ("/title/zh", code, message)


def test_the_json_pointer_of_a_fault_escapes_slashes_and_tildes() -> None:
    with pytest.raises(Invalid) as refusal:
        patched(Sheet, BEFORE, SheetPatch(notes={"a/b~c": "x"}))
    assert [fault.pointer for fault in refusal.value.faults] == ["/notes/a~1b~0c"]


def test_a_removed_field_has_its_default_and_fields_that_the_patch_lacks_do_not_change() -> None:
    values = {"until": None, "notes": None, "reason": "typo"}
    assert changed_fields(Sheet, values) == ({"until": None, "notes": {}}, [])
    assert changed_fields(Sheet, {"until": date(2026, 2, 28)}) == ({"until": date(2026, 2, 28)}, [])


def test_a_required_field_cannot_be_removed() -> None:
    changed, (fault,) = changed_fields(Sheet, {"title": None, "until": None})
    assert changed == {"until": None}
    assert (fault.pointer, fault.code, fault.message) == (
        "/title",
        "required",
        "This cannot be removed.",
    )
