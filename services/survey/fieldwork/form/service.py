"""Use cases of the respondent's page: find what a link leads to, take what is sent back."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.form.domain import Filled
from services.survey.fieldwork.response import service as responses
from services.survey.fieldwork.response.domain import Refusal, key_of
from services.survey.fieldwork.response.service import Submission
from services.survey.fieldwork.survey import repository as surveys
from services.survey.fieldwork.survey.domain import State, read_link
from services.survey.fieldwork.survey.models import Survey, Wave

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class Destination:
    """What a link leads to."""

    survey: Survey
    wave: Wave

    @property
    def state(self) -> State:
        """Tell whether it can be answered; a closed wave is closed like a closed survey."""
        return State.CLOSED if self.wave.closed_at else State(self.survey.state)


def follow_link(session: Session, token: str) -> Destination | None:
    """Find the wave that a link was made for; None where we did not make it."""
    wave_id = read_link(surveys.link_key(session), token)
    wave = None if wave_id is None else surveys.wave(session, wave_id)
    survey = None if wave is None else surveys.survey(session, wave.survey_id)
    return None if wave is None or survey is None else Destination(survey, wave)


def submit_form(session: Session, *, wave: Wave, form_id: UUID, filled: Filled) -> list[Refusal]:
    """Keep a filled form, or what was corrected in it. Gives what has to be mended instead."""
    sheet = responses.sheet_of(session, wave)
    asked = {code: text for code, text in filled.written.items() if code in sheet.codes}
    checked = sheet.check_texts(asked)
    if checked.refusals:
        return checked.refusals
    key = key_of(wave.id, "form", str(form_id))
    submission = Submission(key=key, answers=checked.answers, channel=CHANNEL)
    responses.submit_responses(session, wave=wave, sheet=sheet, submissions=[submission])
    return []
