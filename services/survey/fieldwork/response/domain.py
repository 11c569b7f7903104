"""Submissions, their keys, and the check of answers against the items of a questionnaire version.

Answers arrive with JSON types (from the API) or as text (from a form or a file), and become the
same values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from services.survey.customers.customer.domain import ExternalKey
from services.survey.design.questionnaire.domain import Item, QuestionType
from services.survey.fieldwork.response.checks import AnswerCheck, InvalidAnswer, check_for
from shared.contracts.survey.response import Answer
from shared.errors import pointer_to

MOST_AHEAD = timedelta(days=1)
"""How far in the future a submission may lie, because clocks and time zones may be wrong."""

SubmissionKind = Literal["respondent", "customer", "form", "line"]


def submission_key(wave_id: UUID, kind: SubmissionKind, *names: str) -> UUID:
    """Return the key of a submission: the same names in the same wave have the same key.

    The names identify it within its kind: the external key of a respondent, the id of a customer,
    the id of a form, or the digest of a file and the number of a line.
    """
    return uuid5(wave_id, "\x1f".join((kind, *names)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Answers of a respondent that are not stored yet; the same key is the same submission.

    Without `submitted_at` the moment of its insertion counts. `key` becomes the identity of the
    response unless the customer is known: then the identity is derived from the customer, because
    a customer answers a wave once.
    """

    key: UUID
    answers: Mapping[str, Answer]
    channel: str
    submitted_at: datetime | None = None
    respondent: ExternalKey | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """The reason why one answer is invalid; `index` is the position in a list of options.

    `code` selects the message, `details` has the values that the message shows.
    """

    item: str
    code: str
    details: Mapping[str, object] = field(default_factory=dict)
    index: int | None = None

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the answer, relative to the object of all answers."""
        return pointer_to(self.item, *(() if self.index is None else (self.index,)))


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """The valid answers in the form in which they are stored, and the faults of the others."""

    answers: dict[str, Answer]
    faults: list[AnswerFault]


class AnswerChecker:
    """Checks answers against all items of one questionnaire version.

    It is built once per version, because a file has tens of thousands of lines to check.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        items = list(items)
        self.open_items = frozenset(i.code for i in items if i.type is QuestionType.TEXT)
        self._checks: dict[str, AnswerCheck] = {item.code: check_for(item) for item in items}
        self._required = tuple(item.code for item in items if item.required)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the items."""
        return tuple(self._checks)

    def check(self, answers: Mapping[str, object]) -> CheckedAnswers:
        """Check answers by item code that have JSON types; null means no answer."""
        answered = {code: value for code, value in answers.items() if value is not None}
        return self._check_all(answered, lambda check, value: check.check(value))

    def check_texts(self, answers: Mapping[str, str]) -> CheckedAnswers:
        """Check answers by item code that are text; a blank text means no answer.

        Several options are separated by semicolons.
        """
        answered = {code: text for code, text in answers.items() if text and not text.isspace()}
        return self._check_all(answered, lambda check, text: check.parse(text))

    def _check_all(
        self, answers: Mapping[str, Any], check_one: Callable[[AnswerCheck, Any], Answer]
    ) -> CheckedAnswers:
        """Check each answer with `check_one`, and report unknown and missing items."""
        checked = CheckedAnswers({}, [])
        for code, value in answers.items():
            check = self._checks.get(code)
            if check is None:
                checked.faults.append(AnswerFault(code, "unknown_question"))
                continue
            try:
                answer = check_one(check, value)
            except InvalidAnswer as error:
                fault = AnswerFault(code, error.code, error.details, error.index)
                checked.faults.append(fault)
            else:
                if answer not in ("", []):
                    checked.answers[code] = answer
        checked.faults.extend(self._missing_answers(checked))
        return checked

    def _missing_answers(self, checked: CheckedAnswers) -> list[AnswerFault]:
        """Return a fault for each required item that has neither a valid answer nor a fault."""
        found = checked.answers.keys() | {fault.item for fault in checked.faults}
        return [AnswerFault(code, "required") for code in self._required if code not in found]

    def split(self, answers: Mapping[str, Answer]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Return coded answers and open answers (开放题), which may contain personal data."""
        coded = {code: value for code, value in answers.items() if code not in self.open_items}
        return coded, {code: answers[code] for code in answers.keys() - coded.keys()}
