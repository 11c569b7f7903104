"""The parts of a questionnaire (问卷): questions, which respondents see, and items.

An item is what gets one answer: each row of a matrix is an item, and every question of another type
is one item. The code of an item is the name of its answer in responses, files and figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from shared.contracts.survey.survey import ItemRole, QuestionType

Language = Literal["zh", "en"]
Number = int | float

NPS_LEAST, NPS_MOST = 0, 10
LARGEST = 10**12
"""Greatest absolute value of a number; up to it, numbers with 3 decimals are distinct floats."""


class QuestionnaireState(StrEnum):
    """The state of a questionnaire version: first a draft, then published and never changed."""

    DRAFT = "draft"
    PUBLISHED = "published"


SCALED = frozenset({QuestionType.MATRIX, QuestionType.RATING, QuestionType.NPS})
"""The types whose answers are points of a scale."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese, English or both."""

    zh: str | None = None
    en: str | None = None

    def in_language(self, language: Language) -> str:
        """Return the text in this language, or in the other one if there is no translation."""
        text, other_text = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return text or other_text or ""

    def shown_language(self, language: Language) -> Language:
        """Return the language of the text that `in_language` returns for this language."""
        if language == "zh":
            return "zh" if self.zh or not self.en else "en"
        return "en" if self.en or not self.zh else "zh"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be chosen: a point of a scale or an option.

    If `missing` is true, choosing it counts as no answer ("not applicable").
    """

    value: int | str
    text: Text | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A part of a questionnaire that gets one answer, with the rules for this answer.

    The answer to a scale or a number lies between `least` and `most`; a number has at most
    `decimals` decimals. Of a multiple choice at least `least_options` and at most `most_options`
    options can be chosen. A text has at most `longest` characters.
    """

    code: str
    type: QuestionType
    text: Text
    role: ItemRole = ItemRole.OTHER
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: Number | None = None
    most: Number | None = None
    decimals: int = 0
    least_options: int = 0
    most_options: int = 0
    longest: int = 0

    @property
    def missing(self) -> tuple[int | str, ...]:
        """Return the codes for missing answers (缺失值): "no answer" or "not applicable"."""
        return tuple(choice.value for choice in self.choices if choice.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the respondent sees it."""

    code: str
    type: QuestionType
    text: Text
    hint: Text | None
    required: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A questionnaire: its title, its introduction, and its questions in the order of the page."""

    title: Text
    introduction: Text | None
    questions: tuple[Question, ...]

    @property
    def items(self) -> Iterator[Item]:
        """Yield the items of all questions, in the order of the questions."""
        return (item for question in self.questions for item in question.items)


def parse_questionnaire(document: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire that a stored document describes.

    The document is not checked again: it was validated before it was stored.
    """
    return Questionnaire(
        title=parse_text(document["title"]),
        introduction=_parse_optional_text(document.get("introduction")),
        questions=tuple(_parse_question(question) for question in document["questions"]),
    )


def parse_text(texts: Mapping[str, str | None]) -> Text:
    """Return the text of a JSON object with the optional members `zh` and `en`."""
    return Text(zh=texts.get("zh"), en=texts.get("en"))


def _parse_optional_text(texts: Mapping[str, str | None] | None) -> Text | None:
    """Return the text of a JSON object, or None if there is no object."""
    return None if texts is None else parse_text(texts)


def _parse_question(question: Mapping[str, Any]) -> Question:
    """Return the question that a JSON object of a document describes."""
    kind = QuestionType(question["type"])
    return Question(
        code=question["code"],
        type=kind,
        text=parse_text(question["text"]),
        hint=_parse_optional_text(question.get("hint")),
        required=question.get("required", False),
        items=tuple(_parse_items(kind, question)),
    )


def _parse_items(kind: QuestionType, question: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the items of a question; a matrix row without a role has the role of its matrix."""
    default_role = ItemRole.RECOMMEND if kind is QuestionType.NPS else ItemRole.OTHER
    common_fields = {
        "type": kind,
        "required": question.get("required", False),
        **_answer_rules(kind, question),
    }
    for row in question["rows"] if kind is QuestionType.MATRIX else (question,):
        role = row.get("role") or question.get("role") or default_role
        yield Item(
            code=row["code"], text=parse_text(row["text"]), role=ItemRole(role), **common_fields
        )


def _answer_rules(kind: QuestionType, question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `Item` that state which answers a question of this type allows."""
    match kind:
        case QuestionType.MATRIX | QuestionType.RATING | QuestionType.NPS:
            return _scale_rules(question)
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            return _option_rules(question)
        case QuestionType.NUMBER:
            return {
                "least": question.get("least"),
                "most": question.get("most"),
                "decimals": question.get("decimals", 0),
                "choices": _missing_choices(question),
            }
        case QuestionType.TEXT:
            return {"longest": question["longest"]}


def _scale_rules(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields `least`, `most` and `choices` of an item that is rated on a scale.

    The choices are the points of the scale in the order in which they are shown (定位), followed by
    the codes for missing answers.
    """
    scale = scale_of(question)
    least, most = scale["least"], scale["most"]
    labels = {label["value"]: parse_text(label["text"]) for label in scale.get("labels") or ()}
    ascending = range(least, most + 1)
    values: Sequence[int] = ascending[::-1] if scale.get("falling") else ascending
    points = tuple(Choice(value, labels.get(value)) for value in values)
    return {"least": least, "most": most, "choices": points + _missing_choices(question)}


def scale_of(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the scale of a question as in its document; NPS questions have a scale of 0 to 10."""
    if question["type"] == QuestionType.NPS:
        return {"least": NPS_LEAST, "most": NPS_MOST, "labels": question.get("labels")}
    scale: Mapping[str, Any] = question["scale"]
    return scale


def _missing_choices(question: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the codes for missing answers (values that mean "no answer") as choices."""
    return tuple(
        Choice(code["value"], parse_text(code["text"]), missing=True)
        for code in question.get("missing") or ()
    )


def _option_rules(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an item that has options: `choices`, `least_options`, `most_options`.

    By default any number of options can be chosen.
    """
    choices = tuple(
        Choice(option["code"], parse_text(option["text"]), option.get("missing", False))
        for option in question["options"]
    )
    return {
        "choices": choices,
        "least_options": question.get("fewest") or 0,
        "most_options": question.get("greatest") or len(choices),
    }
