"""Renders the respondent's page as HTML: no scripts, no cookies, nothing from other sites."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from services.survey.design.questionnaire.domain import SCALED, Item, Language, Questionnaire, Text
from services.survey.fieldwork.form.domain import FORM_FIELD, LANGUAGE_FIELD, FilledForm, Remark
from services.survey.fieldwork.form.texts import TEXTS, PageTexts, limits_of
from shared.colours import lightened
from shared.contracts.survey.survey import QuestionType

Notice = Literal["thanks", "submitted", "closed", "not_open", "unknown_link", "unreadable"]
"""A page without questions; its heading and its sentence are in `texts.TEXTS`."""

_FOLDER: Final = Path(__file__).parent / "templates"
_MOST_IN_LIST: Final = 5
"""A scale with more points than this is shown as a line of numbers, not as a list of labels."""
_MOST_COLUMNS: Final = 7
"""A matrix with more choices than this is no grid: its rows are shown as scales of their own."""
_DARK_PAPER: Final = "#1b242d"
"""Background of the questions on dark pages, as in style.css."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The company on its pages: its name, its logo (a data: URI) and its colour."""

    company: Text | None = None
    logo: str | None = None
    accent: str = "#0a5c8c"


@dataclass(frozen=True, slots=True)
class FormFaults:
    """Why a form is shown again: a message for each invalid answer, by item code, or a remark."""

    messages: Mapping[str, str]
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class NoticeLink:
    """A link below a notice: its address, and the name of its text in `TEXTS`."""

    href: str
    text: Literal["another_person", "change"]


NO_FAULTS: Final = FormFaults({})
_PLAIN: Final = Appearance()
_UTC: Final = ZoneInfo("UTC")


class PageRenderer:
    """Renders the pages from Jinja templates; times are shown in the time zone `zone`.

    `headers` are the response headers that go with each page. The headers allow a browser only to
    show the page and to submit its form; scripts, frames, caching and other sites are forbidden.
    `style` is the style sheet in each page.
    """

    def __init__(self, zone: ZoneInfo = _UTC, appearance: Appearance = _PLAIN) -> None:
        self._zone, self._appearance = zone, appearance
        self.style = _accent_style(appearance.accent) + (_FOLDER / "style.css").read_text()
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.tests["shown_in_line"] = _is_shown_in_line
        self._environment.tests["clearable"] = _is_clearable
        self._environment.tests["wide"] = _is_wide
        self._environment.filters["localized"] = _localized
        self._environment.filters["lang"] = _lang_attribute
        self._environment.globals["limits_of"] = limits_of
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        images = "img-src data:; " if appearance.logo else ""
        self.headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; {images}form-action 'self'; "
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
        action: str = "",
        filled: FilledForm | None = None,
        faults: FormFaults = NO_FAULTS,
    ) -> str:
        """Return the page with the questions, the values filled in so far, and error messages.

        `action` is the path to which the form is sent; an empty one is the page's own.
        """
        return self._render(
            "form.html",
            language,
            questionnaire=questionnaire,
            form_field=FORM_FIELD,
            language_field=LANGUAGE_FIELD,
            form_id=form_id,
            action=action,
            filled=filled.fields if filled else {},
            faults=faults.messages,
            remark=faults.remark,
        )

    def notice(
        self,
        notice: Notice,
        *,
        language: Language,
        submitted_at: datetime | None = None,
        link: NoticeLink | None = None,
    ) -> str:
        """Return a page without questions, which thanks or says why there is nothing to answer."""
        texts = PageTexts(language)
        moment = self._written(submitted_at) if submitted_at else ""
        return self._render(
            "notice.html",
            language,
            heading=texts[notice],
            sentence=texts.format(f"{notice}_more", moment=moment),
            link=link,
        )

    def _written(self, moment: datetime) -> str:
        """Return a time in the zone of the pages, such as `2026-02-01 00:05 (UTC+08:00)`."""
        text = moment.astimezone(self._zone).isoformat(" ", "minutes")
        return f"{text[:16]} (UTC{text[16:]})"

    def _render(self, template: str, language: Language, **values: object) -> str:
        """Return the HTML of a template in a language; `values` are the template's variables."""
        return self._environment.get_template(template).render(
            language=language,
            texts=PageTexts(language),
            style=Markup(self.style),  # noqa: S704  style.css is part of the project
            company=self._appearance.company,
            logo=self._appearance.logo,
            **values,
        )


def _accent_style(accent: str) -> str:
    """Return the style that sets the accent colour, of which dark pages use a lighter tone."""
    dark_accent = lightened(accent, background=_DARK_PAPER)
    return (
        f":root {{ --accent: {accent}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark_accent}; }} }}\n"
    )


@pass_context
def _localized(context: Context, text: Text) -> Markup:
    """Return a text of the questionnaire as HTML; without a translation it states its language."""
    shown_in: Language = context["language"]
    attribute = _lang_attribute(context, text)
    shown = text.in_language(shown_in)
    return (
        Markup("<span{}>{}</span>").format(attribute, shown) if attribute else Markup.escape(shown)
    )


@pass_context
def _lang_attribute(context: Context, text: Text) -> Markup:
    """Return the attribute `lang` of a text that is not in the language of the page, or nothing."""
    language = text.shown_language(context["language"])
    is_translated = language == context["language"]
    return Markup("") if is_translated else Markup(' lang="{}"').format(TEXTS["tag"][language])


def _is_shown_in_line(item: Item) -> bool:
    """Return whether an item's scale is shown as a line of numbers and not as a list of labels.

    A scale is shown as a line if it has many points, or a point without a label.
    """
    if item.type not in SCALED:
        return False
    points = [choice for choice in item.choices if not choice.missing]
    return len(points) > _MOST_IN_LIST or not all(point.text for point in points)


def _is_clearable(item: Item) -> bool:
    """Return whether an item has a choice without a value, with which its answer is removed."""
    return not item.required and item.type is not QuestionType.MULTIPLE


def _is_wide(item: Item) -> bool:
    """Return whether an item has too many choices for a grid."""
    return len(item.choices) + _is_clearable(item) > _MOST_COLUMNS
