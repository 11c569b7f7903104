"""The respondent's page as HTML: it needs no script, no cookie and nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.survey.design.questionnaire.domain import SCALED, Item, Language, Questionnaire
from services.survey.fieldwork.form.domain import FORM_FIELD, Filled
from services.survey.fieldwork.form.texts import Words

Notice = Literal["thanks", "closed", "early", "nowhere"]

_FOLDER: Final = Path(__file__).parent / "templates"
_MOST_IN_LIST: Final = 5
"""Points; a longer scale, or one without labels, is laid out as a line of numbers."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is said at which item; `again` asks for the whole form once more."""

    at: Mapping[str, str]
    again: bool = False


NO_FAULTS: Final = Faults({})


class Pages:
    """Renders the pages; the headers allow a browser nothing but showing and sending them."""

    def __init__(self) -> None:
        self._style = (_FOLDER / "style.css").read_text()
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.tests["laid_out_in_line"] = _in_line
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self.headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Vary": "Accept-Language",
        }

    def form(
        self,
        questionnaire: Questionnaire,
        *,
        language: Language,
        form_id: UUID,
        filled: Filled | None = None,
        faults: Faults = NO_FAULTS,
    ) -> str:
        """Show the questions, with what was filled in and what is wrong with it."""
        return self._render(
            "form.html",
            language,
            questionnaire=questionnaire,
            form_field=FORM_FIELD,
            form_id=form_id,
            kept=filled.fields if filled else {},
            faults=faults.at,
            again=faults.again,
        )

    def notice(self, notice: Notice, *, language: Language) -> str:
        """Say that it is done, over, not begun, or nowhere."""
        words = Words(language)
        heading, more = words[notice], words[f"{notice}_more"]
        return self._render("notice.html", language, heading=heading, more=more)

    def _render(self, template: str, language: Language, **values: object) -> str:
        return self._environment.get_template(template).render(
            language=language,
            words=Words(language),
            style=Markup(self._style),  # noqa: S704  our own file
            **values,
        )


def _in_line(item: Item) -> bool:
    if item.type not in SCALED:
        return False
    points = [choice for choice in item.choices if not choice.missing]
    return len(points) > _MOST_IN_LIST or not all(point.text for point in points)
