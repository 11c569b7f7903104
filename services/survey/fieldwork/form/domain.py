"""What a respondent sends back, without a browser's help, and in which language they read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from uuid import UUID

from services.survey.design.questionnaire.domain import Language
from services.survey.fieldwork.response.checks import SEPARATOR

FORM_FIELD = "_form"
"""The hidden field that makes a form one submission; no code of an item begins so."""
_MOST_FIELDS = 3000
_PREFERENCE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled form: what stood in each field, and which form it was (None: not one of ours)."""

    form_id: UUID | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, str]:
        """Give the answers as text, several of one question parted by semicolons."""
        return {code: SEPARATOR.join(values) for code, values in self.fields.items()}


def read_filled(body: bytes) -> Filled:
    """Read a form as a browser sends it (application/x-www-form-urlencoded, UTF-8).

    ValueError if it has more fields than any questionnaire of ours.
    """
    fields: dict[str, tuple[str, ...]] = {}
    text = body.decode("utf-8", "replace")
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS):
        fields[name] = (*fields.get(name, ()), value)
    written_id = fields.pop(FORM_FIELD, ("",))[0]
    return Filled(_form_id(written_id), fields)


def _form_id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def choose_language(asked: str | None, accepted: str | None) -> Language:
    """Take the language asked for, else the browser's favourite of ours, else Chinese."""
    if asked:
        return "en" if asked.lower().startswith("en") else "zh"
    favourites = sorted(_preferences(accepted or ""), reverse=True)
    return favourites[0][2] if favourites else "zh"


def _preferences(accepted: str) -> list[tuple[float, int, Language]]:
    """Give weight, place and language of each of ours in an Accept-Language header (RFC 9110)."""
    found: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accepted[:1000].split(",")):
        match = _PREFERENCE.fullmatch(part.rstrip())
        weight = float(match[2] or 1) if match else 0.0
        if match and weight > 0:
            if match[1].lower() == "zh":
                found.append((weight, -place, "zh"))
            elif match[1].lower() == "en":
                found.append((weight, -place, "en"))
    return found
