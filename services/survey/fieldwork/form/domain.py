"""Parsing of the form that a respondent submits, and the choice of the page's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from urllib.parse import parse_qsl
from uuid import UUID

from services.survey.design.questionnaire.domain import Language
from services.survey.fieldwork.response.checks import SEPARATOR
from shared.contracts.survey.response import Answer

FORM_FIELD = "_form"
"""Name of the hidden field with the id of the form; item codes cannot begin with "_"."""
LANGUAGE_FIELD = "_language"
"""Name of the button that shows the page in another language; its value is `en` or `zh-CN`."""
Remark = Literal["incomplete", "submitted_before", "changing"]
"""What the page says above the questions; its text is in `TEXTS`.

A form is `incomplete` if it came without its id. A form was `submitted_before` if its id is that of
a stored response with other answers. The respondent of a personal link who has answered before is
`changing` the answers.
"""
_MOST_FIELDS = 3000
_LANGUAGE_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?"
)


class UnreadableForm(ValueError):
    """A request body whose texts are not UTF-8, or that has more fields than any questionnaire."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as a browser sent it: its id, and all values of each field.

    `form_id` is the id in the page's hidden field; None if the request has no valid id.
    `switch_to` is the language of the button that sent the form, None if the button for submitting
    did.
    """

    form_id: UUID | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switch_to: Language | None = None

    @property
    def answers(self) -> dict[str, str]:
        """Return the answer to each item as one text; chosen options are separated by ";"."""
        return {code: SEPARATOR.join(values) for code, values in self.fields.items()}

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was entered or chosen."""
        return not any(text.strip() for values in self.fields.values() for text in values)


def parse_form(body: bytes) -> FilledForm:
    """Return the form in a request body of the type application/x-www-form-urlencoded in UTF-8.

    Raises UnreadableForm if the body is not UTF-8, or has more fields than any questionnaire needs.
    """
    fields: dict[str, tuple[str, ...]] = {}
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:  # UnicodeDecodeError is one, too
        raise UnreadableForm from error
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    form_id = fields.pop(FORM_FIELD, ("",))[0]
    switch_to = fields.pop(LANGUAGE_FIELD, ("",))[0]
    return FilledForm(
        parse_form_id(form_id), fields, choose_language(switch_to, None) if switch_to else None
    )


def parse_form_id(text: str) -> UUID | None:
    """Return the UUID that a text states, or None if the text is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        return None


def choose_language(requested: str | None, accept_language: str | None) -> Language:
    """Return the language of the page: English or Chinese.

    `requested` is the query parameter `lang`; without it the browser's preference in the header
    Accept-Language decides, and without a preference the page is in Chinese.
    """
    if requested:
        return "en" if requested.lower().startswith("en") else "zh"
    preferences = sorted(_language_preferences(accept_language or ""), reverse=True)
    return preferences[0][2] if preferences else "zh"


def _language_preferences(accept_language: str) -> list[tuple[float, int, Language]]:
    """Return the preferences for Chinese and English in an Accept-Language header (RFC 9110).

    A preference is a tuple of the weight (`q`), the negative position in the header, and the
    language, so that the greatest tuple is the preferred language. Weight 0 means "not acceptable".
    """
    preferences: list[tuple[float, int, Language]] = []
    for index, part in enumerate(accept_language[:1000].split(",")):
        match = _LANGUAGE_RANGE.fullmatch(part.rstrip())
        weight = float(match[2] or 1) if match else 0.0
        if match and weight > 0:
            if match[1].lower() == "zh":
                preferences.append((weight, -index, "zh"))
            elif match[1].lower() == "en":
                preferences.append((weight, -index, "en"))
    return preferences


def form_of_answers(answers: Mapping[str, Answer]) -> FilledForm:
    """Return the form with these stored answers filled in, by item code."""
    return FilledForm(fields={code: _written(answer) for code, answer in answers.items()})


def _written(answer: Answer) -> tuple[str, ...]:
    """Return an answer as the values that a browser would send; numbers have no exponent."""
    if isinstance(answer, list):
        return tuple(answer)
    return (f"{Decimal(str(answer)):f}" if isinstance(answer, float) else str(answer),)
