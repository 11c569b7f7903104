"""A cache of answer checkers, so that a process builds each of them once."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.fieldwork.response.domain import AnswerChecker
from services.survey.fieldwork.survey import service as surveys
from services.survey.fieldwork.survey.models import Wave

_MOST_CHECKERS = 256

_checkers: dict[tuple[UUID, int], AnswerChecker] = {}
"""The checkers by questionnaire id and version number.

An entry never becomes outdated, because a published version never changes.
"""


def answer_checker(session: Session, wave: Wave) -> AnswerChecker:
    """Return the checker for answers to the questionnaire version that the wave uses."""
    version = wave.questionnaire_id, wave.questionnaire_version
    checker = _checkers.get(version)
    if checker is None:
        checker = AnswerChecker(surveys.questionnaire_of(session, wave).items)
        if len(_checkers) >= _MOST_CHECKERS:
            _checkers.clear()
        _checkers[version] = checker
    return checker
