"""JSON as RFC 8259 defines it; what Python's parser accepts beyond that is refused.

In an object in which a name occurs twice, Python ignores the first value. Python also accepts NaN
and Infinity, which no other parser reads, and texts in UTF-16 and UTF-32. JSON can escape one half
of a surrogate pair (U+D800), which UTF-8 cannot encode, so such a text cannot be stored.
"""

import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler, Json
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.errors import (
    MAX_FAULTS,
    BadRequest,
    Fault,
    Invalid,
    InvalidValue,
    MalformedJson,
    Problem,
    pointer_to,
)
from shared.faults import TEXT_EXPECTED, UNREADABLE
from shared.http.faults import JSON_CONTENT, JSON_SYNTAX, REPEATED_NAME

Value = TypeVar("Value")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def strict_loads(text: str | bytes, *, parse_number: Callable[[str], Any] | None = None) -> Any:
    """Parse JSON; raises InvalidValue, with one of the three codes of JSON, for any other text.

    `parse_number` returns the value for the text of a number, by default an int or a float.
    """
    try:
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        return json.loads(
            text,
            object_pairs_hook=_object_without_repeats,
            parse_constant=_refuse_constant,
            parse_float=parse_number,
            parse_int=parse_number,
        )
    except InvalidValue:
        raise
    except json.JSONDecodeError as error:
        raise InvalidValue(JSON_SYNTAX, position=error.pos) from error
    except (ValueError, RecursionError) as error:
        raise InvalidValue(JSON_CONTENT) from error


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object with these names and values; raises InvalidValue for a repeated name."""
    result = dict(pairs)
    if len(result) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidValue(REPEATED_NAME, name=name[:100])
    return result


def _refuse_constant(_: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity."""
    raise InvalidValue(JSON_CONTENT, "NaN and Infinity are no JSON; send a number or null.")


def surrogate_faults(content: Any) -> Iterator[Fault]:
    """Yield a fault for each name and each text of a JSON value that has a lone surrogate."""
    values = deque([_Located(content)])
    while values:
        located = values.popleft()
        if _has_lone_surrogate(located.value):
            yield Fault(located.pointer, UNREADABLE)
        for step, part in _parts(located.value):
            inner = _Located(part, step, located)
            if _has_lone_surrogate(step):
                yield Fault(inner.pointer, UNREADABLE)
            values.append(inner)


@dataclass(frozen=True, slots=True)
class _Located:
    """A value in a JSON value: the last step to it, and the object or list that it is a part of.

    The pointer is built only for a fault, because it has the names of all objects around the value.
    """

    value: Any
    step: str | int = ""
    whole: "_Located | None" = None

    @property
    def pointer(self) -> str:
        """The JSON pointer to the value."""
        steps, located = [], self
        while located.whole is not None:
            steps.append(located.step)
            located = located.whole
        return pointer_to(*reversed(steps))


def _has_lone_surrogate(value: Any) -> bool:
    """Return whether a value is a text with one half of a surrogate pair."""
    return isinstance(value, str) and _LONE_SURROGATE.search(value) is not None


def _parts(value: Any) -> Iterable[tuple[str | int, Any]]:
    """Return the parts of an object by name, or of a list by index; other values have none."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


class RefusedBody(HTTPException):
    """A problem of the body; FastAPI replaces every other exception while it reads a body."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status)
        self.problem = problem


class StrictJsonRequest(Request):
    """A request whose body is parsed by `strict_loads`.

    A body that is not JSON is a 400; a lone surrogate in it is a 422, as an invalid value is.
    """

    async def json(self) -> Any:
        """Return the parsed body; raises RefusedBody."""
        body = await self.body()
        try:
            content = strict_loads(body)
        except InvalidValue as error:
            kind = BadRequest if error.fault.code == REPEATED_NAME.name else MalformedJson
            raise RefusedBody(kind(error.fault)) from error
        if _ESCAPED_SURROGATE.search(body):
            faults = tuple(islice(surrogate_faults(content), MAX_FAULTS))
            if faults:
                raise RefusedBody(Invalid(*faults))
        return content


def _refuse_other_json(text: object) -> object:
    """Return the text unchanged; raises InvalidValue if a JSON body could not have this content."""
    if not isinstance(text, str):
        raise InvalidValue(TEXT_EXPECTED)
    if any(surrogate_faults(strict_loads(text))):
        raise InvalidValue(UNREADABLE)
    return text


class _AsObject:
    """Annotation for a form field with JSON: the API document shows the object, not a text.

    In OpenAPI a part of a form that is an object is sent as JSON, so that generated clients and
    the page /docs encode it. They would treat a text with the media type JSON as a file.
    """

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the object in the text."""
        object_schema: JsonSchemaValue = handler(schema)["contentSchema"]
        return object_schema


JsonPart = Annotated[Json[Value], BeforeValidator(_refuse_other_json), _AsObject()]
"""A form field that contains JSON, which is parsed as strictly as a JSON body."""
