"""HTTP routes of the respondent's page. Unlike all other routes they answer with HTML."""

from typing import Annotated, Any

from fastapi import Depends, Header, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.survey.design.questionnaire.domain import Language, Questionnaire
from services.survey.fieldwork.form import service
from services.survey.fieldwork.form.domain import (
    FORM_FIELD,
    FilledForm,
    choose_language,
    parse_form,
)
from services.survey.fieldwork.form.pages import NO_FAULTS, FormFaults, Notice, PageRenderer
from services.survey.fieldwork.form.service import LinkedWave
from services.survey.fieldwork.response.texts import message_for
from services.survey.fieldwork.survey.domain import SurveyState
from services.survey.fieldwork.survey.service import questionnaire_of
from shared.errors import BadRequest
from shared.http.dependencies import Reading, Transaction
from shared.http.routing import HtmlRouter
from shared.ids import new_id

router = HtmlRouter(
    prefix="/s",
    tag="respondents' pages",
    about="Pages on which respondents answer a survey (答卷页): their links need no API key.",
)

ResponseDocs = dict[int | str, dict[str, Any]]

_EXAMPLE: dict[str, Any] = {
    FORM_FIELD: "0199a7c0-0000-7000-8000-000000000051",
    "bought_at": ["own_store", "online"],
    "appearance": "5",
    "stability": "4",
    "performance": "5",
    "safety": "5",
    "durability": "0",
    "ease_of_use": "4",
    "suggestion": "希望说明书更简单",
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The answers. The name of a field is the code of an item, its value is the "
    "answer: a point of the scale, the code of an option, a number or a text. If several options "
    "are chosen, the field is repeated. An empty field is no answer.",
    "required": [FORM_FIELD],
    "properties": {
        FORM_FIELD: {
            "type": "string",
            "format": "uuid",
            "description": "The id in the page's hidden field, new each time the page is opened. "
            "Sending the same form again does not create another response.",
        }
    },
    "additionalProperties": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    },
    "examples": [_EXAMPLE],
}
_REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": _SCHEMA}},
    }
}
_GONE: ResponseDocs = {410: {"description": "The survey is closed; the page says so."}}
_NOT_FOUND: ResponseDocs = {
    404: {"description": "The link is not valid, or the survey is not open yet; the page says so."},
    **_GONE,
}
_SUBMITTED: ResponseDocs = {
    303: {"description": "The answers are stored; the location is a page that thanks."},
    422: {"description": "The page is shown again, with a message at each invalid answer."},
    **_NOT_FOUND,
}

_NOTICES: dict[SurveyState, Notice] = {SurveyState.DRAFT: "not_open", SurveyState.CLOSED: "closed"}
_STATUSES: dict[Notice, int] = {
    "thanks": 200,
    "closed": 410,
    "not_open": 404,
    "unknown_link": 404,
}


async def _page_language(
    lang: Annotated[
        str | None,
        Query(
            description="Language of the page (语言): en, or zh-CN for any other value. The "
            "default is the language of the browser.",
            examples=["zh-CN"],
        ),
    ] = None,
    accept_language: Annotated[
        str | None, Header(description="The languages that the browser prefers (RFC 9110).")
    ] = None,
) -> Language:
    """Return the language in which the page is shown."""
    return choose_language(lang, accept_language)


async def _page_renderer(request: Request) -> PageRenderer:
    """Return the renderer that the application was created with."""
    renderer: PageRenderer = request.app.state.page_renderer
    return renderer


async def _filled_form(request: Request) -> FilledForm:
    """Return the submitted form; raise BadRequest if it has too many fields."""
    try:
        return parse_form(await request.body())
    except ValueError as error:
        raise BadRequest(detail="The form has too many fields.") from error


Token = Annotated[
    str,
    Path(
        max_length=200,
        description="The signed token of a wave: the part of the wave's `link` after /s/.",
        examples=["the-part-of-the-link"],
    ),
]
PageLanguage = Annotated[Language, Depends(_page_language)]
Renderer = Annotated[PageRenderer, Depends(_page_renderer)]
SentForm = Annotated[FilledForm, Depends(_filled_form)]


@router.get("/{token}", responses=_NOT_FOUND)
def show_form(
    token: Token, language: PageLanguage, renderer: Renderer, session: Reading
) -> Response:
    """Show the page with the questions of a wave.

    Everybody who has the link can answer anonymously, any number of times.
    """
    wave_or_notice = _find_open_wave(session, token)
    if not isinstance(wave_or_notice, LinkedWave):
        return _notice_response(renderer, wave_or_notice, language)
    return _form_response(renderer, questionnaire_of(session, wave_or_notice.wave), language)


@router.post("/{token}", responses=_SUBMITTED, openapi_extra=_REQUEST_BODY)
def submit_form(
    token: Token, filled: SentForm, language: PageLanguage, renderer: Renderer, session: Transaction
) -> Response:
    """Store the answers and redirect to the thanks, or show the page again with error messages.

    A page that is sent twice is one response, with the answers that were sent last. A page that is
    opened again and sent is a further response.
    """
    wave_or_notice = _find_open_wave(session, token)
    if not isinstance(wave_or_notice, LinkedWave):
        return _notice_response(renderer, wave_or_notice, language)
    wave = wave_or_notice.wave
    faults = FormFaults({}, incomplete=True)
    if filled.form_id is not None:
        answer_faults = service.submit_form(
            session, wave=wave, form_id=filled.form_id, filled=filled
        )
        if not answer_faults:
            return RedirectResponse(f"{token}/thanks?lang={language}", 303, renderer.headers)
        faults = FormFaults({f.item: message_for(f, language) for f in answer_faults})
    return _form_response(renderer, questionnaire_of(session, wave), language, filled, faults)


@router.get("/{token}/thanks")
def thank(token: Token, language: PageLanguage, renderer: Renderer) -> Response:  # noqa: ARG001  the token is part of the path
    """Thank the respondent. Reloading this page does not submit the answers again."""
    return _notice_response(renderer, "thanks", language)


def _find_open_wave(session: Session, token: str) -> LinkedWave | Notice:
    """Return the wave that a token was signed for, or a notice if the wave takes no answers."""
    linked_wave = service.find_wave_of_link(session, token)
    return "unknown_link" if linked_wave is None else _NOTICES.get(linked_wave.state, linked_wave)


def _notice_response(renderer: PageRenderer, notice: Notice, language: Language) -> Response:
    """Return the HTTP response with a notice, which is a page without questions."""
    html = renderer.notice(notice, language=language)
    return HTMLResponse(html, _STATUSES[notice], renderer.headers)


def _form_response(
    renderer: PageRenderer,
    questionnaire: Questionnaire,
    language: Language,
    filled: FilledForm | None = None,
    faults: FormFaults = NO_FAULTS,
) -> Response:
    """Return the HTTP response with the page of questions.

    If `filled` is given, the page shows these values and their faults, and the status is 422.
    """
    form_id = (filled and filled.form_id) or new_id()
    html = renderer.form(
        questionnaire, language=language, form_id=form_id, filled=filled, faults=faults
    )
    return HTMLResponse(html, 422 if filled else 200, renderer.headers)
