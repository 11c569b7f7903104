"""The refusal of JSON objects in which a name occurs twice; Python ignores the first value."""

import json
from collections import Counter
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler, Json
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.requests import Request

Value = TypeVar("Value")


class RepeatedName(Exception):
    """An object in a JSON text has the same name twice."""


def loads_without_repeats(text: str | bytes) -> Any:
    """Parse JSON; raises RepeatedName, or what `json.loads` raises for invalid JSON."""
    return json.loads(text, object_pairs_hook=_object_without_repeats)


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object with these names and values; raises RepeatedName."""
    result = dict(pairs)
    if len(result) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise RepeatedName(f"`{name[:100]}` stands twice in one object; give it once.")
    return result


class UniqueJsonNamesRequest(Request):
    """A request whose JSON body is refused with 400 if an object in it has a name twice."""

    async def json(self) -> Any:
        """Return the parsed body."""
        try:
            return loads_without_repeats(await self.body())
        except RepeatedName as error:
            raise HTTPException(400, str(error)) from error


def _refuse_repeated_names(text: Any) -> Any:
    """Return the text unchanged; raises PydanticCustomError if a JSON object repeats a name."""
    try:
        with suppress(ValueError, TypeError, RecursionError):  # pydantic reports invalid JSON
            loads_without_repeats(text)
    except RepeatedName as error:
        raise PydanticCustomError("repeated_name", "{reason}", {"reason": str(error)}) from error
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


JsonPart = Annotated[Json[Value], BeforeValidator(_refuse_repeated_names), _AsObject()]
"""A form field that contains JSON; a name that occurs twice in an object is refused."""
