"""JSON as RFC 8259 defines it; what Python's parser accepts beyond that is refused.

In an object in which a name occurs twice, Python ignores the first value. Python also accepts NaN
and Infinity, which no other parser reads, and texts in UTF-16 and UTF-32.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler, Json
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.errors import BadRequest, InvalidValue, MalformedJson, Problem
from shared.faults import TEXT_EXPECTED
from shared.http.faults import JSON_CONTENT, JSON_SYNTAX, REPEATED_NAME

Value = TypeVar("Value")


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


class RefusedBody(HTTPException):
    """A problem of the body; FastAPI replaces every other exception while it reads a body."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status)
        self.problem = problem


class StrictJsonRequest(Request):
    """A request whose body is parsed by `strict_loads`; a body that is not JSON is a 400."""

    async def json(self) -> Any:
        """Return the parsed body; raises RefusedBody."""
        try:
            return strict_loads(await self.body())
        except InvalidValue as error:
            kind = BadRequest if error.fault.code == REPEATED_NAME.name else MalformedJson
            raise RefusedBody(kind(error.fault)) from error


def _refuse_other_json(text: object) -> object:
    """Return the text unchanged; raises InvalidValue if `strict_loads` does not parse it."""
    if not isinstance(text, str):
        raise InvalidValue(TEXT_EXPECTED)
    strict_loads(text)
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
