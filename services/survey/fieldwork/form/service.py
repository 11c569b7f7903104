"""Use cases of the respondent's page: find the wave of a link, store a submitted form."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.form.domain import FilledForm
from services.survey.fieldwork.response.cache import answer_checker
from services.survey.fieldwork.response.domain import AnswerFault, Submission, submission_key
from services.survey.fieldwork.response.upsert import upsert_responses
from services.survey.fieldwork.survey import repository as surveys
from services.survey.fieldwork.survey.domain import SurveyState, verify_link_token
from services.survey.fieldwork.survey.models import Survey, Wave

CHANNEL = "web"
"""The channel of responses that are submitted on the respondent's page."""


@dataclass(frozen=True, slots=True)
class LinkedWave:
    """The wave whose page a link opens, with its survey."""

    survey: Survey
    wave: Wave

    @property
    def state(self) -> SurveyState:
        """Return the state of the survey, or `closed` if the wave is closed."""
        return SurveyState.CLOSED if self.wave.closed_at else SurveyState(self.survey.state)


def find_wave_of_link(session: Session, token: str) -> LinkedWave | None:
    """Return the wave that the link's token was signed for; None if the token is not valid."""
    wave_id = verify_link_token(surveys.link_signing_key(session), token)
    wave = None if wave_id is None else surveys.wave(session, wave_id)
    survey = None if wave is None else surveys.survey(session, wave.survey_id)
    return None if wave is None or survey is None else LinkedWave(survey, wave)


def submit_form(
    session: Session, *, wave: Wave, form_id: UUID, filled: FilledForm
) -> list[AnswerFault]:
    """Store the answers of a form as a response; return the faults of invalid answers.

    If there are faults, nothing is stored. A form with the same id as an earlier one updates the
    response of that form. Fields whose name is not the code of an item are ignored.
    """
    checker = answer_checker(session, wave)
    answers = {code: text for code, text in filled.answers.items() if code in checker.codes}
    checked = checker.check_texts(answers)
    if checked.faults:
        return checked.faults
    key = submission_key(wave.id, "form", str(form_id))
    submission = Submission(key=key, answers=checked.answers, channel=CHANNEL)
    upsert_responses(session, wave=wave, checker=checker, submissions=[submission])
    return []
