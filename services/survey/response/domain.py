"""How answers are read and checked against the items of the questionnaire version they answer.

A sheet is compiled once per version, because a file brings tens of thousands of lines to it.
Answers arrive typed (JSON) or written (a form, a cell of a file) and become the same values.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID, uuid5

from services.survey.questionnaire.domain import LARGEST, SCALED, Item, QuestionType

Answer = int | float | str | list[str]

SubmissionKind = Literal["respondent", "customer", "form", "line"]

SEPARATOR = ";"
_SHOWN = 20
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHOLE = re.compile(r"([+-]?[0-9]{1,15})(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,15})?|\.[0-9]{1,15})")


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
        return f"/{self.item}" if self.place is None else f"/{self.item}/{self.place}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers as they will be kept, and what could not be taken."""

    answers: dict[str, Answer]
    refusals: list[Refusal]


def identity_of(wave_id: UUID, kind: SubmissionKind, *names: str) -> UUID:
    """Name a submission: what has the same names in the same wave is the same submission."""
    return uuid5(wave_id, "\x1f".join((kind, *names)))


class Sheet:
    """The checks of all items of one questionnaire version."""

    def __init__(self, items: Iterable[Item]) -> None:
        listed = list(items)
        self.open_items = frozenset(i.code for i in listed if i.type is QuestionType.TEXT)
        self._checks: dict[str, _Check] = {item.code: _check(item) for item in listed}
        self._required = tuple(item.code for item in listed if item.required)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._checks)

    def typed(self, answers: Mapping[str, object]) -> Reading:
        """Read answers that have the types of JSON; null is no answer."""
        reading = Reading({}, [])
        for code, value in answers.items():
            if value is not None:
                self._take(reading, code, value)
        return self._complete(reading)

    def written(self, answers: Mapping[str, str]) -> Reading:
        """Read answers that are text; blank is no answer, options are parted by semicolons."""
        reading = Reading({}, [])
        for code, text in answers.items():
            if text and not text.isspace():
                self._take(reading, code, text, written=True)
        return self._complete(reading)

    def _take(self, reading: Reading, code: str, value: object, *, written: bool = False) -> None:
        check = self._checks.get(code)
        if check is None:
            reading.refusals.append(Refusal(code, "unknown_question"))
            return
        try:
            taken = check.read(str(value)) if written else check.take(value)
        except _NotTakenError as reason:
            reading.refusals.append(Refusal(code, reason.code, reason.detail, reason.place))
        else:
            if taken not in ("", []):
                reading.answers[code] = taken

    def _complete(self, reading: Reading) -> Reading:
        refused = {refusal.item for refusal in reading.refusals}
        reading.refusals.extend(
            Refusal(code, "required")
            for code in self._required
            if code not in reading.answers and code not in refused
        )
        return reading

    def part(self, answers: Mapping[str, Answer]) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Part coded answers from open ones (开放题), which may hold personal data."""
        coded = {code: value for code, value in answers.items() if code not in self.open_items}
        return coded, {code: answers[code] for code in answers.keys() - coded.keys()}


class _NotTakenError(Exception):
    def __init__(
        self, code: str, detail: Mapping[str, object] | None = None, *, place: int | None = None
    ) -> None:
        self.code, self.place, self.detail = code, place, detail or {}


class _Check(Protocol):
    """Takes an answer as JSON gives it, or reads it from text; raises where it cannot be taken."""

    def take(self, value: object) -> Answer: ...

    def read(self, text: str) -> Answer: ...


def _check(item: Item) -> _Check:
    if item.type in SCALED:
        return _Point(item)
    if item.type is QuestionType.SINGLE:
        return _Option(item)
    if item.type is QuestionType.MULTIPLE:
        return _Options(item)
    return _Figure(item) if item.type is QuestionType.NUMBER else _Words(item)


class _Point:
    """A point of a scale, or one of its missing codes."""

    def __init__(self, item: Item) -> None:
        self._values = frozenset(choice.value for choice in item.choices)
        self._written = _spellings(item)
        self._detail = {
            "least": item.least,
            "most": item.most,
            "missing": ", ".join(map(str, item.missing)),
        }

    def take(self, value: object) -> Answer:
        if type(value) is int and value in self._values:
            return value
        raise _NotTakenError("outside_scale", self._detail)

    def read(self, text: str) -> Answer:
        known = self._written.get(text)
        return self._spelt(_plain(text)) if known is None else known

    def _spelt(self, text: str) -> Answer:
        whole = _WHOLE.fullmatch(text)
        if whole:
            return self.take(int(whole[1]))
        known = self._written.get(text.casefold())
        if known is None:
            raise _NotTakenError("outside_scale", self._detail)
        return known


class _Option:
    """The code of one option; in text its label will do."""

    def __init__(self, item: Item) -> None:
        self._codes = frozenset(str(choice.value) for choice in item.choices)
        self._written = {spelling: str(code) for spelling, code in _spellings(item).items()}
        codes = [str(choice.value) for choice in item.choices]
        self._detail = {"options": ", ".join(codes[:_SHOWN] + ["..."] * (len(codes) > _SHOWN))}

    def take(self, value: object, place: int | None = None) -> str:
        if isinstance(value, str) and value in self._codes:
            return value
        raise _NotTakenError("unknown_option", self._detail, place=place)

    def read(self, text: str, place: int | None = None) -> str:
        known = self._written.get(text) or self._written.get(text.strip().casefold())
        return known or self.take(text.strip(), place)


class _Options:
    """The codes of several options, kept in the order of the questionnaire."""

    def __init__(self, item: Item) -> None:
        self._option = _Option(item)
        self._order = {str(choice.value): at for at, choice in enumerate(item.choices)}
        self._fewest, self._greatest = item.fewest, item.greatest

    def take(self, value: object) -> list[str]:
        if not isinstance(value, list):
            raise _NotTakenError("list_expected")
        return self._counted([self._option.take(each, at) for at, each in enumerate(value)])

    def read(self, text: str) -> list[str]:
        parts = [part for part in text.split(SEPARATOR) if part.strip()]
        return self._counted([self._option.read(part, at) for at, part in enumerate(parts)])

    def _counted(self, codes: list[str]) -> list[str]:
        if len(set(codes)) < len(codes):
            raise _NotTakenError("repeated_option")
        if codes and len(codes) < self._fewest:
            raise _NotTakenError("too_few", {"fewest": self._fewest})
        if len(codes) > self._greatest:
            raise _NotTakenError("too_many", {"greatest": self._greatest})
        return sorted(codes, key=self._order.__getitem__)


class _Figure:
    """A number within its bounds, or one of its missing codes."""

    def __init__(self, item: Item) -> None:
        self._missing = frozenset(item.missing)
        self._decimals = item.decimals
        self._least = -LARGEST if item.least is None else item.least
        self._most = LARGEST if item.most is None else item.most

    def take(self, value: object) -> Answer:
        if type(value) not in (int, float):
            raise self._unreadable()
        number = Decimal(repr(value))
        if not number.is_finite():
            raise self._unreadable()
        return self._within(number)

    def read(self, text: str) -> Answer:
        plain = _plain(text)
        if not _NUMBER.fullmatch(plain):
            raise self._unreadable()
        return self._within(Decimal(plain))

    def _unreadable(self) -> _NotTakenError:
        return _NotTakenError("number_expected", {"example": "12.5" if self._decimals else "12"})

    def _within(self, number: Decimal) -> Answer:
        if number not in self._missing:
            if number < self._least:
                raise _NotTakenError("too_small", {"least": self._least})
            if number > self._most:
                raise _NotTakenError("too_large", {"most": self._most})
            if number != round(number, self._decimals):
                code = "too_many_decimals" if self._decimals else "not_whole"
                raise _NotTakenError(code, {"decimals": self._decimals})
        return int(number) if number == int(number) else float(number)


class _Words:
    """An open answer; blank is none."""

    def __init__(self, item: Item) -> None:
        self._longest = item.longest

    def take(self, value: object) -> str:
        if not isinstance(value, str):
            raise _NotTakenError("text_expected")
        return self.read(value)

    def read(self, text: str) -> str:
        words = text.replace("\r\n", "\n").strip()
        if _UNREADABLE.search(words):
            raise _NotTakenError("unreadable")
        if len(words) > self._longest:
            raise _NotTakenError("too_long", {"longest": self._longest, "length": len(words)})
        return words


def _plain(text: str) -> str:
    """Trim a number and narrow its full-width digits (全角数字)."""
    return unicodedata.normalize("NFKC", text).strip()


def _spellings(item: Item) -> dict[str, int | str]:
    """Give every way to write a choice: its value, and its labels unless two choices share one."""
    labels: dict[str, set[int | str]] = {}
    for choice in item.choices:
        for label in (choice.text.zh, choice.text.en) if choice.text else ():
            if label:
                labels.setdefault(label.strip().casefold(), set()).add(choice.value)
    spelt = {label: next(iter(values)) for label, values in labels.items() if len(values) == 1}
    return spelt | {str(choice.value): choice.value for choice in item.choices}
