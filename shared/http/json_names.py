"""JSON whose objects have each name once: of two, the first would be dropped silently."""

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
    """An object of a JSON text has a name twice."""


def loads(text: str | bytes) -> Any:
    """Read JSON; RepeatedName says which, another error is that of json.loads."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise RepeatedName(f"`{name[:100]}` stands twice in one object; give it once.")
    return found


class UniqueNamesRequest(Request):
    """A request whose body is refused with 400 where an object of it has a name twice."""

    async def json(self) -> Any:
        """Read the body as JSON."""
        try:
            return loads(await self.body())
        except RepeatedName as error:
            raise HTTPException(400, str(error)) from error


def _check(given: Any) -> Any:
    try:
        with suppress(ValueError, TypeError, RecursionError):  # told by who reads it
            loads(given)
    except RepeatedName as error:
        raise PydanticCustomError("repeated_name", "{reason}", {"reason": str(error)}) from error
    return given


JsonPart = Annotated[Json[Value], BeforeValidator(_check)]
"""A part of a form that is JSON."""
