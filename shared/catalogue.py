"""The parts of which the catalogue of errors consists: codes with texts for people.

A fault (one invalid value) has a `FaultCode`; a problem (an error response) has a class of its own,
a subclass of `shared.errors.Problem`. Both are declared once, in a module `errors`, `faults` or
`problems` of the package that uses them. `shared/http/catalogue.py` finds all declarations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, NamedTuple


class Texts(NamedTuple):
    """The same text in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class FaultCode:
    """A code of faults, with its texts and the names of the parameters that its faults have.

    `title` says what is wrong, `advice` what the caller can do. Both may contain parameters in
    braces: "Give at most {max} characters." A parameter of a fault is None where it does not apply.
    """

    name: str
    title: Texts
    advice: Texts
    params: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise TypeError if a text has a parameter that is not declared."""
        for text in (*self.title, *self.advice):
            if undeclared := template_params(text) - set(self.params):
                raise TypeError(f"{self.name} does not declare {undeclared}")

    def message(self, params: Mapping[str, Any]) -> str:
        """Return in English what is wrong and what the caller can do, with these parameters."""
        return filled(f"{self.title.en} {self.advice.en}", params)


def template_params(template: str) -> set[str]:
    """Return the names of the parameters in a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def filled(template: str, params: Mapping[str, Any]) -> str:
    """Return a template with its parameters; the values of a list are separated by commas."""
    return template.format_map(
        {
            name: ", ".join(map(str, value)) if isinstance(value, list) else value
            for name, value in params.items()
        }
    )
