"""Types of query parameters that several nouns have."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError


def external_id_pair(text: str) -> tuple[str, str]:
    """Split `system:id` into the system and the id, which may have colons of its own.

    Raises ValueError if either of them is missing.
    """
    system, _, external_id = text.partition(":")
    if not system or not external_id:
        raise ValueError("Write system:id, as in shop:10017.")
    return system, external_id


def _checked(text: str) -> str:
    try:
        external_id_pair(text)
    except ValueError as error:
        raise PydanticCustomError("form", "{reason}", {"reason": str(error)}) from error
    return text


ExternalIdText = Annotated[str, StringConstraints(max_length=201), AfterValidator(_checked)]
"""The id of something in another system, as `system:id`; `external_id_pair` splits it."""
