"""The parts of a questionnaire (问卷): questions, which respondents see, and items.

An item is one thing that gets one answer: a matrix has an item per row, every other question has
one. The code of an item is the name of its answer in responses, files and figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Language = Literal["zh", "en"]
Number = int | float

NPS_LEAST, NPS_MOST = 0, 10
LARGEST = 10**12
"""Bound of numbers: up to here a float can tell apart all numbers with 3 decimals."""


class VersionState(StrEnum):
    """The state of a version of a questionnaire: a draft, then published and unchangeable."""

    DRAFT = "draft"
    PUBLISHED = "published"


class QuestionType(StrEnum):
    """The types of questions; the rows of a matrix are Likert items (李克特量表) with one scale."""

    MATRIX = "matrix"
    RATING = "rating"
    NPS = "nps"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    TEXT = "text"


SCALED = frozenset({QuestionType.MATRIX, QuestionType.RATING, QuestionType.NPS})
"""The types whose answers are points of a scale."""


class Role(StrEnum):
    """The construct that an item measures.

    The satisfaction index is the mean of the items whose role is satisfaction.
    """

    SATISFACTION = "satisfaction"
    EXPECTATION = "expectation"
    QUALITY = "quality"
    VALUE = "value"
    COMPLAINT = "complaint"
    LOYALTY = "loyalty"
    RECOMMEND = "recommend"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese, English or both."""

    zh: str | None = None
    en: str | None = None

    def in_language(self, language: Language) -> str:
        """Return the text in this language, or in the other one if there is no translation."""
        preferred, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return preferred or other or ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose: a point of a scale, an option, or a missing code (`missing`)."""

    value: int | str
    text: Text | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that gets one answer, and the rules for that answer.

    `least`, `most` and `decimals` apply to numbers, `least` and `most` also to scales; `fewest` and
    `greatest` are how many options of a multiple choice may be chosen; `longest` is the length of a
    text in characters.
    """

    code: str
    type: QuestionType
    text: Text
    role: Role = Role.OTHER
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: Number | None = None
    most: Number | None = None
    decimals: int = 0
    fewest: int = 0
    greatest: int = 0
    longest: int = 0

    @property
    def missing(self) -> tuple[int | str, ...]:
        """Return the missing codes (缺失值): values that stand for no answer ("not applicable")."""
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
    """A title, an introduction and questions in their order."""

    title: Text
    introduction: Text | None
    questions: tuple[Question, ...]

    @property
    def items(self) -> Iterator[Item]:
        """Yield the items of all questions in their order."""
        return (item for question in self.questions for item in question.items)


def parse_questionnaire(document: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire of a stored document, which was validated before it was stored."""
    return Questionnaire(
        title=parse_text(document["title"]),
        introduction=_parse_optional_text(document.get("introduction")),
        questions=tuple(_parse_question(question) for question in document["questions"]),
    )


def parse_text(texts: Mapping[str, str | None]) -> Text:
    """Return the text of a JSON object with the members `zh` and `en`, both optional."""
    return Text(zh=texts.get("zh"), en=texts.get("en"))


def _parse_optional_text(texts: Mapping[str, str | None] | None) -> Text | None:
    return None if texts is None else parse_text(texts)


def _parse_question(question: Mapping[str, Any]) -> Question:
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
    default = Role.RECOMMEND if kind is QuestionType.NPS else Role.OTHER
    common = {
        "type": kind,
        "required": question.get("required", False),
        **_answer_rules(kind, question),
    }
    for row in question["rows"] if kind is QuestionType.MATRIX else (question,):
        role = row.get("role") or question.get("role") or default
        yield Item(code=row["code"], text=parse_text(row["text"]), role=Role(role), **common)


def _answer_rules(kind: QuestionType, question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `Item` that say which answers a question of this type allows."""
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
    """Return the ends of the scale and its points in the order in which they are shown (定位)."""
    scale = scale_of(question)
    least, most = scale["least"], scale["most"]
    labels = {label["value"]: parse_text(label["text"]) for label in scale.get("labels") or ()}
    rising = range(least, most + 1)
    shown: Sequence[int] = rising[::-1] if scale.get("falling") else rising
    points = tuple(Choice(value, labels.get(value)) for value in shown)
    return {"least": least, "most": most, "choices": points + _missing_choices(question)}


def scale_of(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the scale of a question of a document; an NPS question always has 0 to 10."""
    if question["type"] == QuestionType.NPS:
        return {"least": NPS_LEAST, "most": NPS_MOST, "labels": question.get("labels")}
    scale: Mapping[str, Any] = question["scale"]
    return scale


def _missing_choices(question: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the missing codes of a question as choices."""
    return tuple(
        Choice(code["value"], parse_text(code["text"]), missing=True)
        for code in question.get("missing") or ()
    )


def _option_rules(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a question, and how many of them can be chosen."""
    choices = tuple(
        Choice(option["code"], parse_text(option["text"]), option.get("missing", False))
        for option in question["options"]
    )
    return {
        "choices": choices,
        "fewest": question.get("fewest") or 0,
        "greatest": question.get("greatest") or len(choices),
    }
