"""How answers are checked against the items of the questionnaire version they answer.

A sheet is compiled once per version, because a file brings tens of thousands of lines to it.
Answers arrive typed (JSON) or as text (a form, a cell of a file) and become the same values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid5

from services.survey.design.questionnaire.domain import Item, QuestionType
from services.survey.fieldwork.response.checks import Check, NotTaken, check_of
from shared.contracts.survey.response import Answer
from shared.errors import pointer_to

SubmissionKind = Literal["respondent", "customer", "form", "line"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one answer cannot be taken; `place` is the ordinal inside a list."""

    item: str
    code: str
    detail: Mapping[str, object] = field(default_factory=dict)
    place: int | None = None

    @property
    def pointer(self) -> str:
        """Give the JSON pointer below the answers."""
        return pointer_to(self.item, *(() if self.place is None else (self.place,)))


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they will be kept, and what could not be taken."""

    answers: dict[str, Answer]
    refusals: list[Refusal]


def key_of(wave_id: UUID, kind: SubmissionKind, *names: str) -> UUID:
    """Name a submission: what has the same names in the same wave is the same submission."""
    return uuid5(wave_id, "\x1f".join((kind, *names)))


class Sheet:
    """The checks of all items of one questionnaire version."""

    def __init__(self, items: Iterable[Item]) -> None:
        listed = list(items)
        self.open_items = frozenset(i.code for i in listed if i.type is QuestionType.TEXT)
        self._checks: dict[str, Check] = {item.code: check_of(item) for item in listed}
        self._required = tuple(item.code for item in listed if item.required)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._checks)

    def check(self, answers: Mapping[str, object]) -> Checked:
        """Check answers that have the types of JSON; null is no answer."""
        given = {code: value for code, value in answers.items() if value is not None}
        return self._checked(given, lambda check, value: check.take(value))

    def check_texts(self, answers: Mapping[str, str]) -> Checked:
        """Check answers that are text; blank is no answer, options are parted by semicolons."""
        given = {code: text for code, text in answers.items() if text and not text.isspace()}
        return self._checked(given, lambda check, text: check.read(text))

    def _checked(self, given: Mapping[str, Any], take: Callable[[Check, Any], Answer]) -> Checked:
        checked = Checked({}, [])
        for code, value in given.items():
            check = self._checks.get(code)
            if check is None:
                checked.refusals.append(Refusal(code, "unknown_question"))
                continue
            try:
                taken = take(check, value)
            except NotTaken as reason:
                refusal = Refusal(code, reason.code, reason.detail, reason.place)
                checked.refusals.append(refusal)
            else:
                if taken not in ("", []):
                    checked.answers[code] = taken
        checked.refusals.extend(self._lacking(checked))
        return checked

    def _lacking(self, checked: Checked) -> list[Refusal]:
        met = checked.answers.keys() | {refusal.item for refusal in checked.refusals}
        return [Refusal(code, "required") for code in self._required if code not in met]

    def part(self, answers: Mapping[str, Answer]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Part coded answers from open ones (开放题), which may hold personal data."""
        coded = {code: value for code, value in answers.items() if code not in self.open_items}
        return coded, {code: answers[code] for code in answers.keys() - coded.keys()}
