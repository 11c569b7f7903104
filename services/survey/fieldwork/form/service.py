"""Use cases of the respondent's page: find the wave of a link, store a submitted form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.form.domain import FilledForm, Remark
from services.survey.fieldwork.response import repository as responses
from services.survey.fieldwork.response.cache import answer_checker
from services.survey.fieldwork.response.domain import AnswerFault, Submission, submission_key
from services.survey.fieldwork.response.upsert import insert_response
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


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of a form that was sent: it is stored, or there are faults or a remark.

    If there are neither, the form was sent only to show the page in another language.
    """

    is_stored: bool = False
    faults: Sequence[AnswerFault] = ()
    remark: Remark | None = None


def find_wave_of_link(session: Session, token: str) -> LinkedWave | None:
    """Return the wave that the link's token was signed for; None if the token is not valid."""
    wave_id = verify_link_token(surveys.link_signing_key(session), token)
    wave = None if wave_id is None else surveys.wave(session, wave_id)
    survey = None if wave is None else surveys.survey(session, wave.survey_id)
    return None if wave is None or survey is None else LinkedWave(survey, wave)


def submission_time(session: Session, wave: Wave, form_id: UUID) -> datetime | None:
    """Return when the form with this id was submitted; None if it was not submitted yet."""
    return responses.submission_time(session, _key_of_form(wave, form_id))


def take_form(session: Session, wave: Wave, filled: FilledForm) -> FormResult:
    """Store the answers of a form as a response, if the respondent submits them and they are valid.

    A form is stored once: if it is sent again with other answers, nothing is stored. Fields whose
    name is not the code of an item are ignored.
    """
    if filled.form_id is None:
        return FormResult(remark=None if filled.switch_to else "incomplete")
    was_submitted = submission_time(session, wave, filled.form_id) is not None
    remark: Remark | None = "submitted_before" if was_submitted else None
    if filled.switch_to:
        return FormResult(remark=remark)
    checker = answer_checker(session, wave)
    answers = {code: text for code, text in filled.answers.items() if code in checker.codes}
    checked = checker.check_texts(answers)
    if checked.faults:
        return FormResult(faults=checked.faults, remark=remark)
    key = _key_of_form(wave, filled.form_id)
    submission = Submission(key=key, answers=checked.answers, channel=CHANNEL)
    stored = insert_response(session, wave=wave, checker=checker, submission=submission)
    earlier = stored.unchanged.get(key)
    if earlier and earlier.answers | earlier.open_answers != checked.answers:
        return FormResult(remark="submitted_before")
    return FormResult(is_stored=True)


def _key_of_form(wave: Wave, form_id: UUID) -> UUID:
    """Return the key of the submission of a form, which is the identity of its response."""
    return submission_key(wave.id, "form", str(form_id))
