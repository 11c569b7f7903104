"""The use case of submitting a single response."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.customers.customer.domain import ExternalKey
from services.survey.fieldwork.response.cache import answer_checker
from services.survey.fieldwork.response.domain import MOST_AHEAD, CheckedAnswers, Submission
from services.survey.fieldwork.response.identity import (
    check_customer_is_visible,
    key_of_submission,
)
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.response.problems import IN_FUTURE, AlreadyAnswered
from services.survey.fieldwork.response.texts import fault_of
from services.survey.fieldwork.response.upsert import insert_response
from services.survey.fieldwork.survey import service as surveys
from shared import clock
from shared.errors import Fault, Invalid
from shared.row_access import Reader

UNKNOWN = "There is no response with this id that is visible to you."


def submit_response(
    session: Session,
    *,
    reader: Reader,
    survey_id: UUID,
    wave_code: str | None,
    answers: Mapping[str, object],
    channel: str,
    submitted_at: datetime | None = None,
    respondent: ExternalKey | None = None,
    customer_id: UUID | None = None,
) -> Response:
    """Create one respondent's response to a wave of a survey.

    `wave_code` may be None if only one wave is open. The respondent is identified by the external
    key `respondent` or by `customer_id`; without both the response is anonymous.

    Raises Invalid with a fault for each invalid answer, or if the customer is not visible to the
    reader; Conflict if the customer already has a response to the wave, or if the wave takes no
    responses; NotFound if there is no such survey or wave.
    """
    wave = surveys.wave_for_responses(session, survey_id=survey_id, wave_code=wave_code)
    check_customer_is_visible(session, reader, respondent=respondent, customer_id=customer_id)
    checker = answer_checker(session, wave)
    checked = checker.check(answers)
    _raise_if_invalid(checked, submitted_at)
    submission = Submission(
        key=key_of_submission(wave, respondent=respondent, customer_id=customer_id),
        answers=checked.answers,
        channel=channel,
        submitted_at=submitted_at,
        respondent=respondent,
        customer_id=customer_id,
    )
    stored = insert_response(session, wave=wave, checker=checker, submission=submission)
    if not stored.created:
        raise AlreadyAnswered
    return Response(**stored.created[submission.key])


def _raise_if_invalid(checked: CheckedAnswers, submitted_at: datetime | None) -> None:
    """Raise Invalid if there are faults of answers, or the time of submission is in the future."""
    faults = [fault_of(answer_fault) for answer_fault in checked.faults]
    if submitted_at is not None and submitted_at > clock.now() + MOST_AHEAD:
        faults.append(Fault("/submitted_at", IN_FUTURE, "Give a time in the past."))
    if faults:
        raise Invalid(*faults, detail="Some answers are not valid.")
