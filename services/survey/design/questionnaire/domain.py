"""What a questionnaire (问卷) is: questions for the reader, items for the figures.

A question is what the respondent sees; an item is one thing that gets one answer. A matrix has an
item per row, every other question has one. Codes of items are the names under which answers travel.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Language = Literal["zh", "en"]
Number = int | float

NPS_LEAST, NPS_MOST = 0, 10
LARGEST = 10**12
"""Bound of numbers: with at most 3 decimals they survive a float unharmed."""


class VersionState(StrEnum):
    """A version is prepared, then published and never changed again."""

    DRAFT = "draft"
    PUBLISHED = "published"


class QuestionType(StrEnum):
    """The kinds of question; a matrix holds Likert items (李克特量表) that share a scale."""

    MATRIX = "matrix"
    RATING = "rating"
    NPS = "nps"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    TEXT = "text"


SCALED = frozenset({QuestionType.MATRIX, QuestionType.RATING, QuestionType.NPS})


class Role(StrEnum):
    """What an item measures; the satisfaction index is the mean of the items of that role."""

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

    def reading(self, language: Language) -> str:
        """Give the text in this language, in the other one where it has not been translated."""
        chosen, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return chosen or other or ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick: a point of a scale, an option, or an answer that means there is none."""

    value: int | str
    text: Text | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that gets one answer, and what that answer may be.

    `least` and `most` bound numbers; `fewest` and `greatest` the options of a multiple choice.
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
        """Give the codes that stand for no answer (缺失值), such as "not applicable"."""
        return tuple(choice.value for choice in self.choices if choice.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the respondent sees as one question."""

    code: str
    type: QuestionType
    text: Text
    hint: Text | None
    required: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A title, an introduction and questions in order."""

    title: Text
    introduction: Text | None
    questions: tuple[Question, ...]

    @property
    def items(self) -> Iterator[Item]:
        return (item for question in self.questions for item in question.items)


def read_questionnaire(document: Mapping[str, Any]) -> Questionnaire:
    """Read a stored document; it was validated when it came in."""
    return Questionnaire(
        title=read_text(document["title"]),
        introduction=_optional_text(document.get("introduction")),
        questions=tuple(_question(each) for each in document["questions"]),
    )


def read_text(written: Mapping[str, str | None]) -> Text:
    """Read a text of a document."""
    return Text(zh=written.get("zh"), en=written.get("en"))


def _optional_text(written: Mapping[str, str | None] | None) -> Text | None:
    return None if written is None else read_text(written)


def _question(written: Mapping[str, Any]) -> Question:
    kind = QuestionType(written["type"])
    return Question(
        code=written["code"],
        type=kind,
        text=read_text(written["text"]),
        hint=_optional_text(written.get("hint")),
        required=written.get("required", False),
        items=tuple(_items(kind, written)),
    )


def _items(kind: QuestionType, written: Mapping[str, Any]) -> Iterator[Item]:
    default = Role.RECOMMEND if kind is QuestionType.NPS else Role.OTHER
    common = {
        "type": kind,
        "required": written.get("required", False),
        **_limits(kind, written),
    }
    for row in written["rows"] if kind is QuestionType.MATRIX else (written,):
        role = row.get("role") or written.get("role") or default
        yield Item(code=row["code"], text=read_text(row["text"]), role=Role(role), **common)


def _limits(kind: QuestionType, written: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case QuestionType.MATRIX | QuestionType.RATING | QuestionType.NPS:
            return _scale(written)
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            return _options(written)
        case QuestionType.NUMBER:
            return {
                "least": written.get("least"),
                "most": written.get("most"),
                "decimals": written.get("decimals", 0),
                "choices": _missing(written),
            }
        case QuestionType.TEXT:
            return {"longest": written["longest"]}


def _scale(written: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the points of the scale out in the order in which they are shown (定位)."""
    scale = scale_of(written)
    least, most = scale["least"], scale["most"]
    labels = {label["value"]: read_text(label["text"]) for label in scale.get("labels") or ()}
    rising = range(least, most + 1)
    shown: Sequence[int] = rising[::-1] if scale.get("falling") else rising
    points = tuple(Choice(value, labels.get(value)) for value in shown)
    return {"least": least, "most": most, "choices": points + _missing(written)}


def scale_of(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the scale of a question as written; that of an NPS question is always 0 to 10."""
    if written["type"] == QuestionType.NPS:
        return {"least": NPS_LEAST, "most": NPS_MOST, "labels": written.get("labels")}
    scale: Mapping[str, Any] = written["scale"]
    return scale


def _missing(written: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(
        Choice(each["value"], read_text(each["text"]), missing=True)
        for each in written.get("missing") or ()
    )


def _options(written: Mapping[str, Any]) -> dict[str, Any]:
    choices = tuple(
        Choice(option["code"], read_text(option["text"]), option.get("missing", False))
        for option in written["options"]
    )
    return {
        "choices": choices,
        "fewest": written.get("fewest") or 0,
        "greatest": written.get("greatest") or len(choices),
    }
