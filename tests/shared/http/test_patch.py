"""JSON Merge Patch as RFC 7396 gives it."""

from datetime import date

import pytest
from pydantic import BaseModel, Field

from shared.errors import Invalid
from shared.http.patch import merged, patched


class Text(BaseModel):
    """A text that needs one language."""

    zh: str = Field(max_length=5)
    en: str | None = None


class Sheet(BaseModel):
    title: Text
    until: date | None = None

    notes: dict[str, int] = {}


class SheetPatch(BaseModel):
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
    """The examples of the RFC, appendix A."""
    assert merged(target, patch) == result


def test_what_is_there_is_patched_by_what_is_said() -> None:
    found = patched(Sheet, BEFORE, SheetPatch(title={"en": "New"}))
    assert found == Sheet(title=Text(zh="标题", en="New"), until=date(2026, 1, 31))
    later = patched(Sheet, BEFORE, SheetPatch(until=date(2026, 2, 28)))
    assert later.until == date(2026, 2, 28)
    assert patched(Sheet, BEFORE, SheetPatch(until=None)).until is None


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "required", "This cannot be removed."),
        ("六个字太长了", "string_too_long", "String should have at most 5 characters"),
    ],
)
def test_what_a_patch_leaves_has_to_do(text: str | None, code: str, message: str) -> None:
    with pytest.raises(Invalid) as told:
        patched(Sheet, BEFORE, SheetPatch(title={"zh": text}))
    (fault,) = told.value.faults
    assert (fault.pointer, fault.code, fault.message) == ("/title/zh", code, message)


def test_a_fault_of_a_patch_is_told_by_a_json_pointer() -> None:
    with pytest.raises(Invalid) as told:
        patched(Sheet, BEFORE, SheetPatch(notes={"a/b~c": "x"}))
    assert [fault.pointer for fault in told.value.faults] == ["/notes/a~1b~0c"]
