"""Request bodies whose faults are answered together with those that only a use case can find."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from shared.errors import MAX_FAULTS, Fault
from shared.http.schemas import Body
from shared.http.validation import fault_of_body


class PartialBody(Body):
    """A body that is parsed although some of its fields are invalid.

    An invalid field has no value, not even a default one: reading it raises AttributeError. So
    nothing can be stored from a body with faults by mistake.
    """

    _faults: tuple[Fault, ...] = PrivateAttr(())

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the invalid fields, with JSON pointers."""
        return self._faults

    @property
    def values(self) -> dict[str, Any]:
        """The values of the valid fields of the request by name, without defaults."""
        return {name: getattr(self, name) for name in self.model_fields_set}

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
            valid = {name: each for name, each in value.items() if name not in invalid}
            body = handler(_examples(cls, invalid) | valid)
            for name in cls.model_fields.keys() & invalid:
                del body.__dict__[name]
            body.model_fields_set.difference_update(invalid)
            body._faults = tuple(map(fault_of_body, errors[:MAX_FAULTS]))  # noqa: SLF001  of this class
            return body


def _examples(model: type[Body], names: set[Any]) -> dict[str, Any]:
    """Return the first example of each of these fields that is required, to parse the others."""
    return {
        name: (field.examples or [None])[0]
        for name, field in model.model_fields.items()
        if name in names and field.is_required()
    }
