"""JSON Merge Patch (RFC 7396): objects are merged, null removes, lists are replaced whole."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Fault, Invalid, pointer_to

Whole = TypeVar("Whole", bound=BaseModel)


def merged(target: object, patch: object) -> Any:
    """Return the target with a patch applied; the target itself is not changed."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched(kind: type[Whole], before: Mapping[str, Any], patch: BaseModel) -> Whole:
    """Return a resource with the body of a PATCH applied; `before` is its present JSON object.

    Raises Invalid, with the pointer of each field, if the result is no valid `kind`.
    """
    fields = patch.model_dump(mode="json", exclude_unset=True)
    try:
        return kind.model_validate(merged(before, fields))
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        raise Invalid(*(_fault(one["loc"], one["type"], one["msg"]) for one in errors)) from error


def _fault(steps: tuple[int | str, ...], code: str, message: str) -> Fault:
    pointer = pointer_to(*steps)
    if code == "missing":
        return Fault(pointer, "required", "This cannot be removed.")
    return Fault(pointer, code, message)
