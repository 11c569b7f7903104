"""Use cases of the respondent's page: find the wave of a link, store a submitted form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.form.domain import FilledForm, Remark
from services.survey.fieldwork.invitation import repository as invitations
from services.survey.fieldwork.invitation.models import Invitation
from services.survey.fieldwork.response import repository as responses
from services.survey.fieldwork.response.cache import answer_checker
from services.survey.fieldwork.response.domain import AnswerFault, Submission, submission_key
from services.survey.fieldwork.response.identity import identity_of_customer, key_of_submission
from services.survey.fieldwork.response.upsert import insert_response, upsert_responses
from services.survey.fieldwork.survey import repository as surveys
from services.survey.fieldwork.survey.domain import LinkPurpose, SurveyState, verify_link_token
from services.survey.fieldwork.survey.models import Survey, Wave
from shared.contracts.survey.response import Answer

CHANNEL = "web"
"""The channel of responses that are submitted on the respondent's page."""


@dataclass(frozen=True, slots=True)
class LinkedWave:
    """The wave whose page a link opens, with its survey.

    `invitation` is that of a personal link, None for an open link, which anybody may use.
    """

    survey: Survey
    wave: Wave
    invitation: Invitation | None = None

    @property
    def state(self) -> SurveyState:
        """Return the state of the survey, or `closed` if the wave is closed."""
        return SurveyState.CLOSED if self.wave.closed_at else SurveyState(self.survey.state)


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of a form that was sent: it is stored, or it is shown again.

    A form is shown again because of faults, with a remark, or only in another language.
    """

    is_stored: bool = False
    faults: Sequence[AnswerFault] = ()
    remark: Remark | None = None


def find_wave_of_link(session: Session, token: str) -> LinkedWave | None:
    """Return the wave of an open or a personal link; None if the link's token is not valid."""
    key = surveys.link_signing_key(session)
    invitation_id = verify_link_token(key, token, LinkPurpose.PERSONAL)
    invitation = invitation_id and invitations.invitation_of_link(session, invitation_id)
    if invitation:
        wave = surveys.wave_of_survey(session, invitation.survey_id, invitation.wave)
    else:
        wave_id = verify_link_token(key, token)
        wave = None if wave_id is None else surveys.wave(session, wave_id)
    survey = None if wave is None else surveys.survey(session, wave.survey_id)
    return None if wave is None or survey is None else LinkedWave(survey, wave, invitation or None)


def submission_time(
    session: Session, linked_wave: LinkedWave, form_id: UUID | None
) -> datetime | None:
    """Return when the form was submitted, None if it was not; a personal link has one form."""
    identity, customer_id = _identity(linked_wave, form_id)
    return responses.submission_time(
        session, linked_wave.wave, identity=identity, customer_id=customer_id
    )


def stored_answers(session: Session, linked_wave: LinkedWave) -> dict[str, Answer] | None:
    """Return the answers of the customer of a personal link; None if the customer has not answered.

    The result is None for an open link, too.
    """
    if linked_wave.invitation is None:
        return None
    identity, customer_id = _identity(linked_wave, None)
    response = responses.response_of_link(
        session, linked_wave.wave, identity=identity, customer_id=customer_id
    )
    return None if response is None else {**response.answers, **response.open_answers}


def take_form(session: Session, linked_wave: LinkedWave, filled: FilledForm) -> FormResult:
    """Store the answers of a form as a response, if the respondent submits them and they are valid.

    The form of a personal link replaces the customer's earlier answers. A form of an open link is
    stored once: if it is sent again with other answers, nothing is stored. Fields whose name is not
    the code of an item are ignored.
    """
    if filled.form_id is None and linked_wave.invitation is None:
        return FormResult(remark=None if filled.switch_to else "incomplete")
    remark: Remark | None = None
    if submission_time(session, linked_wave, filled.form_id) is not None:
        remark = "changing" if linked_wave.invitation else "submitted_before"
    if filled.switch_to:
        return FormResult(remark=remark)
    checker = answer_checker(session, linked_wave.wave)
    answers = {code: text for code, text in filled.answers.items() if code in checker.codes}
    checked = checker.check_texts(answers)
    if checked.faults:
        return FormResult(faults=checked.faults, remark=remark)
    submission = _submission(linked_wave, filled.form_id, checked.answers)
    if linked_wave.invitation:
        upsert_responses(session, wave=linked_wave.wave, checker=checker, submissions=[submission])
        return FormResult(is_stored=True)
    stored = insert_response(session, wave=linked_wave.wave, checker=checker, submission=submission)
    earlier = stored.unchanged.get(submission.key)
    if earlier and earlier.answers | earlier.open_answers != checked.answers:
        return FormResult(remark="submitted_before")
    return FormResult(is_stored=True)


def _submission(
    linked_wave: LinkedWave, form_id: UUID | None, answers: Mapping[str, Answer]
) -> Submission:
    """Return the submission of a form: of the invited customer, or anonymous."""
    identity, customer_id = _identity(linked_wave, form_id)
    invitation = linked_wave.invitation
    return Submission(
        key=identity,
        answers=answers,
        channel=CHANNEL,
        respondent=invitation.respondent if invitation else None,
        customer_id=customer_id,
    )


def _identity(linked_wave: LinkedWave, form_id: UUID | None) -> tuple[UUID, UUID | None]:
    """Return the identity of the response to a form, and the customer if it is known.

    The identity follows from the customer of a personal link, and from the id of an open form.
    """
    wave, invitation = linked_wave.wave, linked_wave.invitation
    if invitation is None:
        return submission_key(wave.id, "form", str(form_id)), None
    if invitation.customer_id is not None:
        return identity_of_customer(wave, invitation.customer_id), invitation.customer_id
    return key_of_submission(wave, respondent=invitation.respondent, customer_id=None), None
