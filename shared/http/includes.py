"""Fields of a response that are sent only to callers who ask for them with `include=<field>`."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from shared.http.parameters import Names, known_names, quoted


class _NotIncluded:
    """The value of a field that the caller has not asked for, and that is therefore not sent."""


NOT_INCLUDED: Final[Any] = _NotIncluded()


def _not_included() -> Any:
    """Return the value of a field that is not sent."""
    return NOT_INCLUDED


def _is_not_included(value: object) -> bool:
    """Return whether a field with this value is not sent."""
    return value is NOT_INCLUDED


def included_field(description: str) -> Any:
    """Return the declaration of a field that is sent only on request; its value may be None."""
    about = f"{description} Sent only if `include`, or `fields` of a list, names it."
    return Field(default_factory=_not_included, exclude_if=_is_not_included, description=about)


def includable(body_class: type[BaseModel]) -> list[str]:
    """Return the names of the fields of a response body that are sent only on request."""
    fields = body_class.model_fields.items()
    return [name for name, info in fields if info.default_factory is _not_included]


def included_fields(body_class: type[BaseModel]) -> Any:
    """Return the dependency with the parameter `include`, if the body has such fields."""
    names = includable(body_class)
    about = (
        f"Send these fields too, separated by commas. The fields are {quoted(names)}. They "
        "are no part of the resource itself and do not change its version."
    )

    async def requested(
        include: Annotated[Names | None, Query(description=about)] = None,
    ) -> frozenset[str]:
        """Return the names of the requested fields."""
        return frozenset(() if include is None else known_names("include", include, names))

    return Depends(requested if names else _nothing)


async def _nothing() -> frozenset[str]:
    """Return no fields, for a body whose fields are all sent always."""
    return frozenset()
