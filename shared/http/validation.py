"""Translation of the errors of pydantic into faults, whose codes and texts are our own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from shared.catalogue import FaultCode
from shared.errors import Fault, InvalidValue, pointer_to
from shared.faults import (
    BOOLEAN_EXPECTED,
    DAY,
    EXACT_STRING,
    INTEGER_EXPECTED,
    INVALID_VALUE,
    LIST_EXPECTED,
    MALFORMED_UUID,
    MISSING,
    MOMENT,
    NESTED_TOO_DEEPLY,
    NOT_ONE_OF,
    NUMBER_EXPECTED,
    OBJECT_EXPECTED,
    PATTERN,
    TEXT_EXPECTED,
    TOO_LARGE,
    TOO_LONG,
    TOO_SHORT,
    TOO_SMALL,
    UNKNOWN_FIELD,
    UNREADABLE,
)
from shared.http.faults import FILE_EXPECTED, JSON_CONTENT

Error: TypeAlias = Mapping[str, Any]
"""An error of pydantic, as `ValidationError.errors()` and FastAPI list it."""
Context: TypeAlias = Mapping[str, Any]
"""The values in the text of an error, such as `max_length`."""

_VALUE: Final = re.compile(r"'([^']*)'|(-?\d+)")
_MAX_DIGITS: Final = 4300
"""Greatest number of digits of an integer that Python parses."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """The fault that stands for one type of pydantic's errors.

    `params` maps the names of the fault's parameters to the names in the context of the error, or
    to functions of the context.
    """

    code: FaultCode
    params: Mapping[str, str | Callable[[Context], object]]
    advice: str | None = None

    def fault(self, context: Context) -> Fault:
        """Return the fault for an error with this context; the fault has no pointer."""
        values = {
            name: context[source] if isinstance(source, str) else source(context)
            for name, source in self.params.items()
        }
        return Fault("", self.code, self.advice, **values)


def _rule(
    code: FaultCode, advice: str | None = None, /, **params: str | Callable[[Context], object]
) -> _Rule:
    return _Rule(code, params, advice)


def _allowed(context: Context) -> list[str]:
    """Return the allowed values of an enumeration, a literal, or the tag of a union."""
    text = str(context.get("expected") or context.get("expected_tags"))
    return [quoted or number for quoted, number in _VALUE.findall(text)]


_CHARACTERS = "Maximum number of characters: {max}."
_NOT_EMPTY = "Minimum number of characters: {min}."
_UNKNOWN_FIELD = "There is no such field here; leave it out."
_NUMBER = _rule(NUMBER_EXPECTED, example=lambda _: "12.5")
_RULES: Final[Mapping[str, _Rule]] = {
    "missing": _rule(MISSING, "This is needed."),
    "extra_forbidden": _rule(UNKNOWN_FIELD, _UNKNOWN_FIELD, allowed=lambda _: None),
    "invalid_key": _rule(TEXT_EXPECTED),
    "json_invalid": _rule(JSON_CONTENT),
    "json_type": _rule(TEXT_EXPECTED),
    "recursion_loop": _rule(NESTED_TOO_DEEPLY),
    "recursion_depth_exceeded": _rule(NESTED_TOO_DEEPLY),
    "model_type": _rule(OBJECT_EXPECTED),
    "model_attributes_type": _rule(OBJECT_EXPECTED),
    "dict_type": _rule(OBJECT_EXPECTED),
    "greater_than": _rule(TOO_SMALL, "Give a number that is greater than {min}.", min="gt"),
    "greater_than_equal": _rule(TOO_SMALL, min="ge"),
    "less_than": _rule(TOO_LARGE, "Give a number that is less than {max}.", max="lt"),
    "less_than_equal": _rule(TOO_LARGE, max="le"),
    "too_short": _rule(TOO_SHORT, "Minimum number of items: {min}.", min="min_length"),
    "too_long": _rule(TOO_LONG, "Maximum number of items: {max}.", max="max_length"),
    "string_too_short": _rule(TOO_SHORT, _NOT_EMPTY, min="min_length"),
    "string_too_long": _rule(TOO_LONG, _CHARACTERS, max="max_length"),
    "string_type": _rule(TEXT_EXPECTED),
    "string_unicode": _rule(UNREADABLE),
    "string_pattern_mismatch": _rule(PATTERN, pattern="pattern"),
    "enum": _rule(NOT_ONE_OF, allowed=_allowed),
    "literal_error": _rule(NOT_ONE_OF, allowed=_allowed),
    "union_tag_invalid": _rule(NOT_ONE_OF, allowed=_allowed),
    "union_tag_not_found": _rule(MISSING, "This is needed."),
    "list_type": _rule(LIST_EXPECTED),
    "bool_type": _rule(BOOLEAN_EXPECTED),
    "bool_parsing": _rule(BOOLEAN_EXPECTED),
    "int_type": _rule(INTEGER_EXPECTED),
    "int_parsing": _rule(INTEGER_EXPECTED),
    "int_from_float": _rule(INTEGER_EXPECTED),
    "int_parsing_size": _rule(TOO_LONG, _CHARACTERS, max=lambda _: _MAX_DIGITS),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _rule(EXACT_STRING),
    "decimal_parsing": _rule(EXACT_STRING),
    "decimal_max_digits": _rule(EXACT_STRING),
    "decimal_max_places": _rule(EXACT_STRING),
    "decimal_whole_digits": _rule(EXACT_STRING),
    "date_type": _rule(DAY),
    "date_parsing": _rule(DAY),
    "date_from_datetime_parsing": _rule(DAY),
    "date_from_datetime_inexact": _rule(DAY),
    "datetime_type": _rule(MOMENT),
    "datetime_parsing": _rule(MOMENT),
    "datetime_object_invalid": _rule(MOMENT),
    "datetime_from_date_parsing": _rule(MOMENT),
    "timezone_aware": _rule(MOMENT),
    "uuid_type": _rule(MALFORMED_UUID),
    "uuid_parsing": _rule(MALFORMED_UUID),
}
"""The faults for the errors that types of requests cause; every other error is an INVALID_VALUE."""
_AT_THE_TAG: Final = frozenset({"union_tag_invalid", "union_tag_not_found"})
"""Errors of unions whose fault is reported at the field that chooses the member."""
_NO_OBJECT: Final = "Send a JSON object, with Content-Type: application/json."


def fault_of_request(error: Error) -> Fault:
    """Return the fault for an error in a request; its `loc` begins with body, query, path, ..."""
    source, *steps = location_of(error)
    if source == "body" and not steps and error["type"] == "model_attributes_type":
        return Fault("", OBJECT_EXPECTED, _NO_OBJECT)
    return fault_without_pointer(error).at(_pointer(source, steps))


def fault_of_body(error: Error) -> Fault:
    """Return the fault for an error in a JSON value; its `loc` leads to the value."""
    return fault_without_pointer(error).at(pointer_to(*location_of(error)))


def fault_without_pointer(error: Error) -> Fault:
    """Return the fault for an error of pydantic, whatever its location."""
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, InvalidValue):
        return cause.fault
    if isinstance(context.get("fault"), Fault):
        return cast("Fault", context["fault"])
    if "UploadFile" in str(cause):  # the text of FastAPI
        return Fault("", FILE_EXPECTED)
    rule = _RULES.get(error["type"])
    return rule.fault(context) if rule else Fault("", INVALID_VALUE)


def location_of(error: Error) -> tuple[str | int, ...]:
    """Return the steps to the faulty value; in a union it is the field that chooses the member."""
    steps: tuple[str | int, ...] = error["loc"]
    if error["type"] in _AT_THE_TAG:
        return (*steps, str(error["ctx"]["discriminator"]).strip("'"))
    return steps


def _pointer(source: str | int, steps: Sequence[str | int]) -> str:
    """Return the pointer to a part of a request.

    It is a JSON pointer into the body, or names a parameter: `query:limit`, `header:If-Match`.
    """
    if source == "body":
        return pointer_to(*steps)
    if source == "header":
        return f"header:{str(steps[0]).title()}"
    return ":".join(str(step) for step in (source, *steps))
