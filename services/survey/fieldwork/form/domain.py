"""The parsing of a submitted form, and the choice of the language of the respondent's page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from uuid import UUID

from services.survey.design.questionnaire.domain import Language
from services.survey.fieldwork.response.checks import SEPARATOR

FORM_FIELD = "_form"
"""Name of the hidden field with the id of the form; no code of an item begins with "_"."""
_MOST_FIELDS = 3000
_PREFERENCE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")


@dataclass(frozen=True, slots=True)
class FilledForm:
    """The fields of a submitted form, each with all its values.

    `form_id` is the id that the page was rendered with; None if the form does not state one.
    """

    form_id: UUID | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, str]:
        """Return the answers as text; several options are separated by semicolons."""
        return {code: SEPARATOR.join(values) for code, values in self.fields.items()}


def parse_form(body: bytes) -> FilledForm:
    """Parse a form as a browser sends it (application/x-www-form-urlencoded, UTF-8).

    ValueError if it has more fields than any questionnaire.
    """
    fields: dict[str, tuple[str, ...]] = {}
    text = body.decode("utf-8", "replace")
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS):
        fields[name] = (*fields.get(name, ()), value)
    form_id = fields.pop(FORM_FIELD, ("",))[0]
    return FilledForm(_parse_form_id(form_id), fields)


def _parse_form_id(text: str) -> UUID | None:
    """Return the id of a form; None if the text is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        return None


def choose_language(requested: str | None, accept_language: str | None) -> Language:
    """Return the requested language, or else the one that the browser prefers, or else Chinese.

    `accept_language` is the value of the Accept-Language header.
    """
    if requested:
        return "en" if requested.lower().startswith("en") else "zh"
    preferences = sorted(_preferences(accept_language or ""), reverse=True)
    return preferences[0][2] if preferences else "zh"


def _preferences(accept_language: str) -> list[tuple[float, int, Language]]:
    """Return the mentions of our languages in an Accept-Language header (RFC 9110).

    Each is a weight, an order (earlier is greater) and a language: the greatest one is preferred.
    """
    found: list[tuple[float, int, Language]] = []
    for index, part in enumerate(accept_language[:1000].split(",")):
        match = _PREFERENCE.fullmatch(part.rstrip())
        weight = float(match[2] or 1) if match else 0.0
        if match and weight > 0:
            if match[1].lower() == "zh":
                found.append((weight, -index, "zh"))
            elif match[1].lower() == "en":
                found.append((weight, -index, "en"))
    return found
