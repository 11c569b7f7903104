"""JSON Merge Patch (RFC 7396): objects are merged, null removes a field, lists are replaced."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import Fault, Invalid, pointer_to
from shared.faults import MISSING, REQUIRED
from shared.http.validation import fault_of_body

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
        raise Invalid(*map(_fault, errors)) from error


def changed_fields(
    model: type[BaseModel], values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the fields of a resource that a PATCH changes, with their new values, and the faults.

    `values` are those of the body, without nested objects; only the fields of `model`, the whole
    resource, are taken from them. A removed field has its default value in `model`; a field that
    cannot be removed is a fault. In contrast to `patched`, other fields are not validated again: a
    stored value may be refused by today's rules.
    """
    changed, faults = {}, []
    for name, field in model.model_fields.items():
        if name in values and values[name] is None and field.is_required():
            faults.append(_not_removable(pointer_to(name)))
        elif name in values:
            changed[name] = field.get_default() if values[name] is None else values[name]
    return changed, faults


def changes_of(model: type[BaseModel], patch: BaseModel) -> dict[str, Any]:
    """Return what `changed_fields` returns for the body of a PATCH; raise Invalid for faults."""
    values = {name: getattr(patch, name) for name in patch.model_fields_set}
    changed, faults = changed_fields(model, values)
    if faults:
        raise Invalid(*faults)
    return changed


def _fault(error: Mapping[str, Any]) -> Fault:
    """Return the fault for an error of pydantic; a missing value was removed by the patch."""
    fault = fault_of_body(error)
    return _not_removable(fault.pointer) if fault.code == MISSING.name else fault


def _not_removable(pointer: str) -> Fault:
    """Return the fault of a required value that a patch removes."""
    return Fault(pointer, REQUIRED, "This cannot be removed.")
