"""The HTML of the respondent's page, without scripts, cookies and resources of other sites."""

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
from services.survey.fieldwork.form.domain import FORM_FIELD, FilledForm
from services.survey.fieldwork.form.texts import PageTexts

Notice = Literal["thanks", "closed", "not_open", "unknown_link"]
"""The pages without questions; each has a heading and a sentence in `texts.TEXTS`."""

_FOLDER: Final = Path(__file__).parent / "templates"
_MOST_IN_LIST: Final = 5
"""Most points of a scale that is shown as a list of labels; other scales are a line of numbers."""


@dataclass(frozen=True, slots=True)
class FormFaults:
    """The messages of invalid answers by item code.

    `incomplete`: the form came without its id, so the respondent has to submit it again.
    """

    messages: Mapping[str, str]
    incomplete: bool = False


NO_FAULTS: Final = FormFaults({})


class PageRenderer:
    """Renders the pages; `headers` forbid a browser all but to show a page and submit its form."""

    def __init__(self) -> None:
        self._style = (_FOLDER / "style.css").read_text()
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.tests["shown_in_line"] = _is_shown_in_line
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
        filled: FilledForm | None = None,
        faults: FormFaults = NO_FAULTS,
    ) -> str:
        """Return the page with the questions, the values filled in so far and their faults."""
        return self._render(
            "form.html",
            language,
            questionnaire=questionnaire,
            form_field=FORM_FIELD,
            form_id=form_id,
            filled=filled.fields if filled else {},
            faults=faults.messages,
            incomplete=faults.incomplete,
        )

    def notice(self, notice: Notice, *, language: Language) -> str:
        """Return a page without questions: thanks, or why the survey cannot be answered."""
        texts = PageTexts(language)
        heading, more = texts[notice], texts[f"{notice}_more"]
        return self._render("notice.html", language, heading=heading, more=more)

    def _render(self, template: str, language: Language, **values: object) -> str:
        """Return the HTML of a template in a language; `values` are its variables."""
        return self._environment.get_template(template).render(
            language=language,
            texts=PageTexts(language),
            style=Markup(self._style),  # noqa: S704  a file of ours
            **values,
        )


def _is_shown_in_line(item: Item) -> bool:
    """Return whether the points of an item are shown as a line of numbers instead of a list."""
    if item.type not in SCALED:
        return False
    points = [choice for choice in item.choices if not choice.missing]
    return len(points) > _MOST_IN_LIST or not all(point.text for point in points)
