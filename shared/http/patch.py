"""JSON Merge Patch (RFC 7396): objects are merged, null removes a field, lists are replaced."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Fault, Invalid, pointer_to

Whole = TypeVar("Whole", bound=BaseModel)


def merged(target: object, patch: object) -> Any:
    """Return a copy of the target with the patch applied."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched(model: type[Whole], before: Mapping[str, Any], patch: BaseModel) -> Whole:
    """Return a resource, an instance of `model`, with the body of a PATCH applied.

    `before` is the JSON object of the resource before the change. Raises Invalid, with the JSON
    pointer of each faulty field, if the result is not valid.
    """
    fields = patch.model_dump(mode="json", exclude_unset=True)
    try:
        return model.model_validate(merged(before, fields))
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        raise Invalid(
            *(
                _fault(error_fields["loc"], error_fields["type"], error_fields["msg"])
                for error_fields in errors
            )
        ) from error


def _fault(steps: tuple[int | str, ...], code: str, message: str) -> Fault:
    """Return the fault for an error of pydantic; `steps` lead to the field."""
    pointer = pointer_to(*steps)
    if code == "missing":
        return Fault(pointer, "required", "This cannot be removed.")
    return Fault(pointer, code, message)
