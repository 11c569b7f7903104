"""HTTP door of the respondent's page: HTML for people."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.survey.design.questionnaire.domain import Language, Questionnaire
from services.survey.fieldwork.form import service
from services.survey.fieldwork.form.domain import FORM_FIELD, Filled, choose_language, read_filled
from services.survey.fieldwork.form.pages import NO_FAULTS, Faults, Notice, Pages
from services.survey.fieldwork.form.service import Destination
from services.survey.fieldwork.response.texts import say
from services.survey.fieldwork.survey.domain import State
from services.survey.fieldwork.survey.service import questionnaire_of
from shared.errors import BadRequest
from shared.http.dependencies import Reading, Transaction
from shared.ids import new_id

router = APIRouter(prefix="/s", tags=["respondents' pages"], default_response_class=HTMLResponse)

Documented = dict[int | str, dict[str, Any]]

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
    "description": "The answers, each in a field named by the code of its item. An answer is what "
    "the page offers: a point of the scale, the code of an option (several: the field again for "
    "each), a number or a text. What is left empty is no answer.",
    "required": [FORM_FIELD],
    "properties": {
        FORM_FIELD: {
            "type": "string",
            "format": "uuid",
            "description": "The hidden field of the page, new each time that it is shown. The "
            "same sent again changes nothing.",
        }
    },
    "additionalProperties": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    },
    "examples": [_EXAMPLE],
}
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": _SCHEMA}},
    }
}
_GONE: Documented = {410: {"description": "The survey is closed; the page says so."}}
_NOWHERE: Documented = {404: {"description": "The link leads nowhere; the page says so."}, **_GONE}
_MEND: Documented = {
    303: {"description": "The answers are kept; on to the thanks."},
    422: {"description": "The page again, with what has to be mended."},
    **_NOWHERE,
}

_NOTICES: dict[State, Notice] = {State.DRAFT: "early", State.CLOSED: "closed"}
_STATUSES: dict[Notice, int] = {"thanks": 200, "closed": 410, "early": 404, "nowhere": 404}


async def _language(
    lang: Annotated[
        str | None,
        Query(
            description="Language of the page (语言): en, or zh-CN for anything else. Without it "
            "the browser's.",
            examples=["zh-CN"],
        ),
    ] = None,
    accept_language: Annotated[
        str | None, Header(description="The languages that the browser prefers (RFC 9110).")
    ] = None,
) -> Language:
    return choose_language(lang, accept_language)


async def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


async def _filled(request: Request) -> Filled:
    try:
        return read_filled(await request.body())
    except ValueError as error:
        raise BadRequest(detail="The form has too many fields.") from error


Token = Annotated[
    str, Path(max_length=200, description="The signed end of a wave's `link`: what follows /s/.")
]
Reads = Annotated[Language, Depends(_language)]
Shown = Annotated[Pages, Depends(_pages)]
Sent = Annotated[Filled, Depends(_filled)]


@router.get("/{token}", responses=_NOWHERE)
def show_form(token: Token, language: Reads, pages: Shown, session: Reading) -> Response:
    """Show the questions that a link leads to.

    Anybody who has the link can answer, without a name and any number of times.
    """
    found = _open(session, token)
    if not isinstance(found, Destination):
        return _say(pages, found, language)
    return _ask(pages, questionnaire_of(session, found.wave), language)


@router.post("/{token}", responses=_MEND, openapi_extra=_FORM)
def submit_form(
    token: Token, filled: Sent, language: Reads, pages: Shown, session: Transaction
) -> Response:
    """Keep the answers and lead on to the thanks, or show what has to be mended.

    One page sent twice counts once, with the answers it had last; the page opened anew and sent
    counts as another response.
    """
    found = _open(session, token)
    if not isinstance(found, Destination):
        return _say(pages, found, language)
    faults = Faults({}, again=True)
    if filled.form_id is not None:
        refusals = service.submit_form(
            session, wave=found.wave, form_id=filled.form_id, filled=filled
        )
        if not refusals:
            return RedirectResponse(f"{token}/thanks?lang={language}", 303, pages.headers)
        faults = Faults({refusal.item: say(refusal, language) for refusal in refusals})
    return _ask(pages, questionnaire_of(session, found.wave), language, filled, faults)


@router.get("/{token}/thanks")
def thank(token: Token, language: Reads, pages: Shown) -> Response:  # noqa: ARG001  of the path
    """Thank the respondent; reading this again sends nothing again."""
    return _say(pages, "thanks", language)


def _open(session: Session, token: str) -> Destination | Notice:
    """Give what a link leads to, or why it cannot be answered."""
    found = service.follow_link(session, token)
    return "nowhere" if found is None else _NOTICES.get(found.state, found)


def _say(pages: Pages, notice: Notice, language: Language) -> Response:
    html = pages.notice(notice, language=language)
    return HTMLResponse(html, _STATUSES[notice], pages.headers)


def _ask(
    pages: Pages,
    questionnaire: Questionnaire,
    language: Language,
    filled: Filled | None = None,
    faults: Faults = NO_FAULTS,
) -> Response:
    form_id = (filled and filled.form_id) or new_id()
    html = pages.form(
        questionnaire, language=language, form_id=form_id, filled=filled, faults=faults
    )
    return HTMLResponse(html, 422 if filled else 200, pages.headers)
