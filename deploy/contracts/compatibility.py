"""The comparison of contracts: which changes break those who read events.

Other systems read new events with the schema of the last release, and services read old events
with the present one. Therefore a field is neither removed nor required nor given another type; a
new field is optional, and a list of codes only grows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_FREE = frozenset({"description", "examples", "title", "$schema", "$id", "$defs"})
"""The keywords that may change; enumerations, fields and types are compared one by one."""


def breaking_changes(
    released: Mapping[str, Schema], present: Mapping[str, Schema]
) -> Iterator[str]:
    """Yield a sentence for each change that breaks consumers; both are contracts by event type."""
    for name, before in released.items():
        if name not in present:
            yield f"{name}: the event was removed or renamed."
            continue
        after = present[name]
        for aspect in ("topic", "key", "compacted"):
            if before[aspect] != after[aspect]:
                yield f"{name}: its {aspect} was {before[aspect]}, and is {after[aspect]}."
        for change in _Comparison(before["schema"], after["schema"]).changes():
            yield f"{name}: {change}"


class _Comparison:
    """The comparison of two schemas of an event; each may refer to its own `$defs`."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self._before, self._after = before, after

    def changes(self) -> Iterator[str]:
        """Yield a sentence for each change that breaks consumers."""
        yield from self._of_fields(self._before, self._after, "")

    def _of_fields(self, before: Schema, after: Schema, path: str) -> Iterator[str]:
        """Yield the breaking changes of the fields of an object; `path` is where it is."""
        required = set(after.get("required", ())), set(before.get("required", ()))
        for name, field in before["properties"].items():
            if name not in after["properties"]:
                yield f"the field {path}{name} was removed or renamed."
            else:
                yield from self._of_value(field, after["properties"][name], f"{path}{name}")
        for name in after["properties"]:
            if name in required[0] - required[1]:
                yield f"the field {path}{name} is required, but older events may lack it."
            if name in required[1] - required[0]:
                yield f"the field {path}{name} is no longer in every event."

    def _of_value(self, before: Schema, after: Schema, path: str) -> Iterator[str]:
        """Yield the breaking changes of the values of a field, of its items or of its members."""
        before, after = _resolved(before, self._before), _resolved(after, self._after)
        if removed := _codes(before) - _codes(after):
            yield f"the field {path} has no longer the codes {', '.join(sorted(removed))}."
        if "properties" in before and "properties" in after:
            yield from self._of_fields(before, after, f"{path}.")
        elif "anyOf" in before and len(before["anyOf"]) == len(after.get("anyOf", ())):
            for each, other in zip(before["anyOf"], after["anyOf"], strict=True):
                yield from self._of_value(each, other, path)
        elif _is_of(before, after, "items"):
            yield from self._of_value(before["items"], after["items"], path)
        elif _is_of(before, after, "additionalProperties"):
            inner = "additionalProperties"
            yield from self._of_value(before[inner], after[inner], path)
        elif _constraints(before) != _constraints(after):
            yield f"the field {path} has another type, format or limit."


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """Return the schema that a reference, or a description of a reference, stands for."""
    match schema:
        case {"$ref": reference}:
            found: Schema = whole["$defs"][reference.rpartition("/")[2]]
            return found
        case {"allOf": [only]}:
            return _resolved(only, whole)
    return schema


def _is_of(before: Schema, after: Schema, keyword: str) -> bool:
    """Return whether the values of both schemas consist of parts, described by this keyword."""
    return keyword in before and keyword in after


def _codes(schema: Schema) -> set[str]:
    """Return the codes that a schema lists."""
    return set(schema.get("enum", ()))


def _constraints(schema: Schema) -> dict[str, Any]:
    """Return the keywords that constrain values, besides the codes of an enumeration."""
    keywords = {name: value for name, value in schema.items() if name not in _FREE}
    return keywords | ({"enum": True} if "enum" in schema else {})
