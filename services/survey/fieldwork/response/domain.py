"""Submissions, their keys, and the check of answers against the items of a questionnaire version.

Answers arrive with JSON types (from the API) or as text (from a web form or a file). JSON values
and texts are converted to the same answers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

from services.survey.customers.customer.domain import ExternalKey
from services.survey.design.questionnaire.domain import Item
from services.survey.fieldwork.response.checks import AnswerCheck, InvalidAnswer, check_for
from services.survey.fieldwork.response.problems import UNKNOWN_QUESTION
from shared.catalogue import FaultCode
from shared.contracts.survey.response import Answer
from shared.contracts.survey.survey import QuestionType
from shared.errors import pointer_to
from shared.faults import REQUIRED
from shared.texts import normalise

MOST_AHEAD = timedelta(days=1)
"""How far in the future the time of a submission may be, as clocks or time zones may be wrong."""

SubmissionKind = Literal["respondent", "customer", "response", "form", "line"]


def submission_key(wave_id: UUID, kind: SubmissionKind, *parts: str) -> UUID:
    """Return the key of a submission, by which it is recognized when it is sent again.

    The key is derived from the wave, the kind, and the parts that identify a submission of this
    kind: for `respondent` the external key of the respondent, for `customer` the id of the
    customer, for `response` the external id of the response, for `form` the id of the form, for
    `line` the digest of the file and the line number.
    """
    return uuid5(wave_id, "\x1f".join((kind, *parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Answers of one respondent that are to be stored as a response.

    Two submissions with the same `key` are the same submission, sent again. `key` becomes the
    identity of the stored response, except if the customer is known: then the identity is derived
    from the customer, because a customer answers a wave only once. `respondent` is the customer's
    external key: a system and the customer's id in it. `external_id` is the id of the response
    itself in another system, such as a survey tool. If `submitted_at` is None, the response has the
    time at which it is stored.
    """

    key: UUID
    answers: Mapping[str, Answer]
    channel: str
    submitted_at: datetime | None = None
    respondent: ExternalKey | None = None
    customer_id: UUID | None = None
    external_id: ExternalKey | None = None


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """The reason why the answer to one item is invalid.

    `params` are the parameters that `code` declares. In a list of options `index` is the position
    of the invalid option.
    """

    item: str
    code: FaultCode
    params: Mapping[str, object] = field(default_factory=dict)
    index: int | None = None

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the answer, relative to the JSON object `answers`."""
        return pointer_to(self.item, *(() if self.index is None else (self.index,)))


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """The valid answers, as they are stored, and the faults of the invalid answers."""

    answers: dict[str, Answer]
    faults: list[AnswerFault]


class AnswerChecker:
    """Checks answers against the items of one questionnaire version.

    A checker is built once and then used for many responses, such as all lines of a file.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        items = list(items)
        self.open_items = frozenset(i.code for i in items if i.type is QuestionType.TEXT)
        self._checks: dict[str, AnswerCheck] = {item.code: check_for(item) for item in items}
        self._required = tuple(item.code for item in items if item.required)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of all items of the questionnaire version."""
        return tuple(self._checks)

    def check(self, answers: Mapping[str, object]) -> CheckedAnswers:
        """Check a mapping from item codes to JSON values; None means that there is no answer."""
        answered = {code: value for code, value in answers.items() if value is not None}
        return self._check_all(answered, lambda check, value: check.check(value))

    def check_texts(self, answers: Mapping[str, str]) -> CheckedAnswers:
        """Check a mapping from item codes to texts; a blank text means that there is no answer.

        Several options are separated by ";". Format characters do not count (`shared.texts`).
        """
        normalised = {code: normalise(text) for code, text in answers.items()}
        answered = {code: text for code, text in normalised.items() if text and not text.isspace()}
        return self._check_all(answered, lambda check, text: check.parse(text))

    def _check_all(
        self, answers: Mapping[str, Any], check_one: Callable[[AnswerCheck, Any], Answer]
    ) -> CheckedAnswers:
        """Check a mapping from item codes to answers, each of them with `check_one`.

        An answer to an unknown item is a fault, and so is a required item without an answer.
        """
        checked = CheckedAnswers({}, [])
        for code, value in answers.items():
            check = self._checks.get(code)
            if check is None:
                checked.faults.append(AnswerFault(code, UNKNOWN_QUESTION))
                continue
            try:
                answer = check_one(check, value)
            except InvalidAnswer as error:
                fault = AnswerFault(code, error.code, error.params, error.index)
                checked.faults.append(fault)
            else:
                if answer not in ("", []):
                    checked.answers[code] = answer
        checked.faults.extend(self._missing_answers(checked))
        return checked

    def _missing_answers(self, checked: CheckedAnswers) -> list[AnswerFault]:
        """Return a fault for each required item that has neither a valid answer nor a fault."""
        seen = checked.answers.keys() | {fault.item for fault in checked.faults}
        return [AnswerFault(code, REQUIRED) for code in self._required if code not in seen]

    def split(self, answers: Mapping[str, Answer]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Return the answers in two dicts: coded answers, and open answers (开放题).

        Coded answers are numbers and option codes. Open answers are free text, which may contain
        personal data.
        """
        coded = {code: value for code, value in answers.items() if code not in self.open_items}
        return coded, {code: answers[code] for code in answers.keys() - coded.keys()}
