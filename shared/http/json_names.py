"""JSON in which no object has a name twice; Python would ignore the first of the two values."""

import json
from collections import Counter
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Json
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.requests import Request

Value = TypeVar("Value")


class RepeatedName(Exception):
    """An object in a JSON text has the same name twice."""


def loads(text: str | bytes) -> Any:
    """Parse JSON; raises RepeatedName, or the error of `json.loads`."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise RepeatedName(f"`{name[:100]}` stands twice in one object; give it once.")
    return result


class UniqueNamesRequest(Request):
    """A request whose JSON body is refused with 400 if an object in it has a name twice."""

    async def json(self) -> Any:
        """Return the parsed body."""
        try:
            return loads(await self.body())
        except RepeatedName as error:
            raise HTTPException(400, str(error)) from error


def _check(text: Any) -> Any:
    try:
        with suppress(ValueError, TypeError, RecursionError):  # reported when pydantic parses it
            loads(text)
    except RepeatedName as error:
        raise PydanticCustomError("repeated_name", "{reason}", {"reason": str(error)}) from error
    return text


JsonPart = Annotated[Json[Value], BeforeValidator(_check)]
"""A field of a form whose text is JSON."""
