"""HTTP routes of the respondent's page. Unlike all other routes they answer with HTML."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.survey.design.questionnaire.domain import Language
from services.survey.fieldwork.form import service
from services.survey.fieldwork.form.domain import (
    FORM_FIELD,
    LANGUAGE_FIELD,
    FilledForm,
    UnreadableForm,
    choose_language,
    form_of_answers,
    parse_form,
    parse_form_id,
)
from services.survey.fieldwork.form.pages import (
    NO_FAULTS,
    FormFaults,
    Notice,
    NoticeLink,
    PageRenderer,
)
from services.survey.fieldwork.form.service import LinkedWave
from services.survey.fieldwork.form.texts import message_of
from services.survey.fieldwork.survey.domain import SurveyState
from services.survey.fieldwork.survey.service import questionnaire_of
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
    "properties": {
        FORM_FIELD: {
            "type": "string",
            "description": "The id in the page's hidden field, a UUID that is new each time an "
            "open link is opened. Sending the same form again does not create another response. "
            "Without a valid id the page of an open link is shown again, and nothing is stored. "
            "The page of a personal link needs no id.",
        },
        LANGUAGE_FIELD: {
            "type": "string",
            "description": "Language of the button that switches the language: en, or zh-CN for "
            "any other value. If it is sent, the page is shown in this language with everything "
            "that was entered; nothing is stored.",
        },
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
_NOT_FOUND: ResponseDocs = {
    404: {"description": "The link is not valid, or the survey is not open yet; the page says so."},
    410: {"description": "The survey is closed; the page says so."},
}
_OPENED: ResponseDocs = {
    303: {"description": "The location is a page with the questions, below a new form id."},
    **_NOT_FOUND,
}
_ANSWERS: ResponseDocs = {
    303: {"description": "The customer has not answered; the location is the personal link."},
    **_NOT_FOUND,
}
_SUBMITTED: ResponseDocs = {
    303: {"description": "The answers are stored; the location is a page that thanks."},
    400: {"description": "The form is not UTF-8 or has too many fields; the page says so."},
    422: {
        "description": "The page is shown again, with a message at each invalid answer, or because "
        "the form was submitted before with other answers."
    },
    **_NOT_FOUND,
}

_NOTICES: dict[SurveyState, Notice] = {SurveyState.DRAFT: "not_open", SurveyState.CLOSED: "closed"}
_ANSWERED = ("submitted_before", "changing")
"""The remarks about a form that was submitted before."""
_STATUSES: dict[Notice, int] = {
    "thanks": 200,
    "submitted": 200,
    "unreadable": 400,
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


async def _body(request: Request) -> bytes:
    """Return the body of the request."""
    return await request.body()


Token = Annotated[
    str,
    Path(
        description="A signed token: the part after /s/ of the `link` of a wave or an invitation.",
        examples=["the-part-of-the-link"],
    ),
]
FormId = Annotated[
    str,
    Path(
        description="The id of a form, a UUID to which GET /s/{token} redirects.",
        examples=["0199a7c0-0000-7000-8000-000000000051"],
    ),
]
PageLanguage = Annotated[Language, Depends(_page_language)]
Renderer = Annotated[PageRenderer, Depends(_page_renderer)]
Body = Annotated[bytes, Depends(_body)]


@router.get("/{token}", responses=_OPENED)
def open_form(
    token: Token, language: PageLanguage, renderer: Renderer, session: Reading
) -> Response:
    """Open a link: redirect to a page with the questions, or show the page of an invited customer.

    Everybody who has the open link of a wave can answer anonymously, any number of times: it
    redirects to a page below a new form id, whose address says later that the form was submitted.
    The personal link of an invitation shows the questions, and once the customer has answered, when
    that was; while the wave is open the customer can change the answers.
    """
    linked_wave = _find_open_wave(session, token)
    if not isinstance(linked_wave, LinkedWave):
        return _notice_response(renderer, linked_wave, language)
    if linked_wave.invitation is None:
        return _redirect(renderer, f"{token}/{new_id()}", language)
    return _page_response(session, renderer, linked_wave, token, language, None)


@router.post("/{token}", responses=_SUBMITTED, openapi_extra=_REQUEST_BODY)
def submit_form(
    token: Token, body: Body, language: PageLanguage, renderer: Renderer, session: Transaction
) -> Response:
    """Store the answers and redirect to the thanks, or show the page again with error messages.

    A form of an open link is stored once: if it is sent again with the same answers, the answer is
    the same. If it is sent again with other answers, the page is shown with a new form id, and
    nothing is stored. The form of a personal link replaces the customer's earlier answers.
    """
    return _take_form(session, renderer, token=token, body=body, language=language)


@router.get("/{token}/thanks")
def thank(token: Token, language: PageLanguage, renderer: Renderer) -> Response:  # noqa: ARG001  the token is part of the path
    """Thank the respondent. Reloading this page does not submit the answers again."""
    return _notice_response(renderer, "thanks", language)


@router.get("/{token}/answers", responses=_ANSWERS)
def show_answers(
    token: Token, language: PageLanguage, renderer: Renderer, session: Reading
) -> Response:
    """Show an invited customer the questions with the stored answers, so that they can be changed.

    The address redirects to the personal link if the customer has not answered; an open link has no
    such page.
    """
    linked_wave = _find_open_wave(session, token)
    if not isinstance(linked_wave, LinkedWave):
        return _notice_response(renderer, linked_wave, language)
    if linked_wave.invitation is None:
        return _notice_response(renderer, "unknown_link", language)
    answers = service.stored_answers(session, linked_wave)
    if answers is None:
        return _redirect(renderer, token, language)
    filled, faults = form_of_answers(answers), FormFaults({}, "changing")
    return _form_response(session, renderer, linked_wave, token, language, filled, faults)


@router.get("/{token}/{form_id}", responses=_NOT_FOUND)
def show_form(
    token: Token, form_id: FormId, language: PageLanguage, renderer: Renderer, session: Reading
) -> Response:
    """Show the page with the questions of a wave; once it is submitted, a notice that says so."""
    linked_wave = _find_open_wave(session, token)
    if not isinstance(linked_wave, LinkedWave):
        return _notice_response(renderer, linked_wave, language)
    parsed_id = parse_form_id(form_id)
    if parsed_id is None:
        return _notice_response(renderer, "unknown_link", language)
    if linked_wave.invitation is not None:
        return _redirect(renderer, token, language)
    return _page_response(session, renderer, linked_wave, token, language, parsed_id)


@router.post("/{token}/{form_id}", responses=_SUBMITTED, openapi_extra=_REQUEST_BODY)
def submit_opened_form(
    token: Token,
    form_id: FormId,  # noqa: ARG001  the page has it in its hidden field, too
    body: Body,
    language: PageLanguage,
    renderer: Renderer,
    session: Transaction,
) -> Response:
    """Store the answers like POST /s/{token}; the browser sends the form to the page's address.

    Therefore going back to the page leads to an address that shows whether it was submitted.
    """
    return _take_form(session, renderer, token=token, body=body, language=language)


def _take_form(
    session: Session, renderer: PageRenderer, *, token: str, body: bytes, language: Language
) -> Response:
    """Return the HTTP response to a form that was sent by one of its buttons."""
    try:
        filled = parse_form(body)
    except UnreadableForm:
        return _notice_response(renderer, "unreadable", language)
    language = filled.switch_to or language
    linked_wave = _find_open_wave(session, token)
    if not isinstance(linked_wave, LinkedWave):
        return _notice_response(renderer, linked_wave, language)
    result = service.take_form(session, linked_wave, filled)
    if result.is_stored:
        return _redirect(renderer, f"{token}/thanks", language)
    if result.remark in _ANSWERED and filled.is_blank:
        return _redirect(renderer, _path(linked_wave, token, filled.form_id), language)
    if result.remark == "submitted_before":
        filled = replace(filled, form_id=None)
    answers = filled.answers
    messages = {
        fault.item: message_of(fault, answers.get(fault.item, ""), language)
        for fault in result.faults
    }
    faults = FormFaults(messages, result.remark)
    return _form_response(session, renderer, linked_wave, token, language, filled, faults)


def _path(linked_wave: LinkedWave, token: str, form_id: UUID | None) -> str:
    """Return the path below /s/ of a page with questions; a personal link has one page."""
    return token if linked_wave.invitation else f"{token}/{form_id}"


def _find_open_wave(session: Session, token: str) -> LinkedWave | Notice:
    """Return the wave that a token was signed for, or a notice if the wave takes no answers."""
    linked_wave = service.find_wave_of_link(session, token)
    return "unknown_link" if linked_wave is None else _NOTICES.get(linked_wave.state, linked_wave)


def _notice_response(renderer: PageRenderer, notice: Notice, language: Language) -> Response:
    """Return the HTTP response with a notice, which is a page without questions."""
    html = renderer.notice(notice, language=language)
    return HTMLResponse(html, _STATUSES[notice], renderer.headers)


def _redirect(renderer: PageRenderer, path: str, language: Language) -> Response:
    """Return the redirect to a path below /s/, where the page is in the same language."""
    return RedirectResponse(f"{router.prefix}/{path}?lang={language}", 303, renderer.headers)


def _page_response(
    session: Session,
    renderer: PageRenderer,
    linked_wave: LinkedWave,
    token: str,
    language: Language,
    form_id: UUID | None,
) -> Response:
    """Return the HTTP response with an empty form, or with the notice that it was submitted."""
    submitted_at = service.submission_time(session, linked_wave, form_id)
    if submitted_at is None:
        filled = FilledForm(form_id)
        return _form_response(session, renderer, linked_wave, token, language, filled)
    if linked_wave.invitation is None:
        link = NoticeLink(f"{router.prefix}/{token}", "another_person")
    else:
        link = NoticeLink(f"{router.prefix}/{token}/answers", "change")
    html = renderer.notice("submitted", language=language, submitted_at=submitted_at, link=link)
    return HTMLResponse(html, headers=renderer.headers)


def _form_response(
    session: Session,
    renderer: PageRenderer,
    linked_wave: LinkedWave,
    token: str,
    language: Language,
    filled: FilledForm,
    faults: FormFaults = NO_FAULTS,
) -> Response:
    """Return the HTTP response with the page of questions, the values of a form and its faults.

    A form without an id gets a new one.
    """
    form_id = filled.form_id or new_id()
    html = renderer.form(
        questionnaire_of(session, linked_wave.wave),
        language=language,
        form_id=form_id,
        action=f"{router.prefix}/{_path(linked_wave, token, form_id)}",
        filled=filled,
        faults=faults,
    )
    is_refused = faults.messages or faults.remark in ("incomplete", "submitted_before")
    return HTMLResponse(html, 422 if is_refused else 200, renderer.headers)
