"""Request bodies whose faults are answered together with those that only a use case can find."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from shared.errors import Fault
from shared.http.schemas import Body
from shared.http.validation import fault_of_body


class Draft(Body):
    """A body that is created although some of its fields are invalid.

    `faults` are the faults of its fields. The use case raises them together with its own, so a body
    with faults is never stored. An invalid field has the value of a field that was not given; an
    invalid required field has its first example as a value.
    """

    _faults: tuple[Fault, ...] = PrivateAttr(())

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the fields, with JSON pointers."""
        return self._faults

    @model_validator(mode="wrap")
    @classmethod
    def _collect_faults(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Return the body without its invalid fields; a value that is no object is refused."""
        try:
            return handler(value)
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
            if not isinstance(value, Mapping) or not all(each["loc"] for each in errors):
                raise
            invalid = {each["loc"][0] for each in errors}
            draft = handler(_required_values(cls, invalid) | _without(value, invalid))
            draft._faults = tuple(map(fault_of_body, errors))  # noqa: SLF001  of this class
            return draft


def _required_values(model: type[Body], names: set[Any]) -> dict[str, Any]:
    """Return a valid value for each of these fields that is required."""
    return {
        name: (field.examples or [None])[0]
        for name, field in model.model_fields.items()
        if name in names and field.is_required()
    }


def _without(value: Mapping[str, Any], names: set[Any]) -> dict[str, Any]:
    """Return an object without the fields of these names."""
    return {name: each for name, each in value.items() if name not in names}
