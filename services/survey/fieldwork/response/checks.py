"""The kinds of answers: what each takes as JSON gives it, and how it is read from text. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from services.survey.design.questionnaire.domain import LARGEST, SCALED, Item, QuestionType
from shared.contracts.survey.response import Answer

SEPARATOR = ";"
_SHOWN = 20
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHOLE = re.compile(r"([+-]?[0-9]{1,15})(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,15})?|\.[0-9]{1,15})")


class NotTaken(Exception):
    """An answer cannot be taken; `place` is the ordinal inside a list."""

    def __init__(
        self, code: str, detail: Mapping[str, object] | None = None, *, place: int | None = None
    ) -> None:
        self.code, self.place, self.detail = code, place, detail or {}


class Check(Protocol):
    """Takes an answer as JSON gives it, or reads it from text; raises where it cannot be taken."""

    def take(self, value: object) -> Answer: ...

    def read(self, text: str) -> Answer: ...


def check_of(item: Item) -> Check:
    """Make the check of an item."""
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
        self._spelt = _spellings(item)
        self._detail = {
            "least": item.least,
            "most": item.most,
            "missing": ", ".join(map(str, item.missing)),
        }

    def take(self, value: object) -> Answer:
        if type(value) is int and value in self._values:
            return value
        raise NotTaken("outside_scale", self._detail)

    def read(self, text: str) -> Answer:
        known = self._spelt.get(text)
        return self._read_spelt(_narrowed(text)) if known is None else known

    def _read_spelt(self, text: str) -> Answer:
        whole = _WHOLE.fullmatch(text)
        if whole:
            return self.take(int(whole[1]))
        known = self._spelt.get(text.casefold())
        if known is None:
            raise NotTaken("outside_scale", self._detail)
        return known


class _Option:
    """The code of one option; in text its label will do."""

    def __init__(self, item: Item) -> None:
        self._codes = frozenset(str(choice.value) for choice in item.choices)
        self._spelt = {spelling: str(code) for spelling, code in _spellings(item).items()}
        codes = [str(choice.value) for choice in item.choices]
        self._detail = {"options": ", ".join(codes[:_SHOWN] + ["..."] * (len(codes) > _SHOWN))}

    def take(self, value: object, place: int | None = None) -> str:
        if isinstance(value, str) and value in self._codes:
            return value
        raise NotTaken("unknown_option", self._detail, place=place)

    def read(self, text: str, place: int | None = None) -> str:
        known = self._spelt.get(text) or self._spelt.get(text.strip().casefold())
        return known or self.take(text.strip(), place)


class _Options:
    """The codes of several options, kept in the order of the questionnaire."""

    def __init__(self, item: Item) -> None:
        self._option = _Option(item)
        self._order = {str(choice.value): at for at, choice in enumerate(item.choices)}
        self._fewest, self._greatest = item.fewest, item.greatest

    def take(self, value: object) -> list[str]:
        if not isinstance(value, list):
            raise NotTaken("list_expected")
        return self._counted([self._option.take(each, at) for at, each in enumerate(value)])

    def read(self, text: str) -> list[str]:
        parts = [part for part in text.split(SEPARATOR) if part.strip()]
        return self._counted([self._option.read(part, at) for at, part in enumerate(parts)])

    def _counted(self, codes: list[str]) -> list[str]:
        if len(set(codes)) < len(codes):
            raise NotTaken("repeated_option")
        if codes and len(codes) < self._fewest:
            raise NotTaken("too_few", {"fewest": self._fewest})
        if len(codes) > self._greatest:
            raise NotTaken("too_many", {"greatest": self._greatest})
        return sorted(codes, key=self._order.__getitem__)


class _Figure:
    """A number within its bounds, or one of its missing codes."""

    def __init__(self, item: Item) -> None:
        self._missing = frozenset(item.missing)
        self._decimals = item.decimals
        self._least = _written(-LARGEST if item.least is None else item.least)
        self._most = _written(LARGEST if item.most is None else item.most)

    def take(self, value: object) -> Answer:
        if type(value) not in (int, float):
            raise self._unreadable()
        number = _written(value)
        if not number.is_finite():
            raise self._unreadable()
        return self._within(number)

    def read(self, text: str) -> Answer:
        plain = _narrowed(text)
        if not _NUMBER.fullmatch(plain):
            raise self._unreadable()
        return self._within(Decimal(plain))

    def _unreadable(self) -> NotTaken:
        return NotTaken("number_expected", {"example": "12.5" if self._decimals else "12"})

    def _within(self, number: Decimal) -> Answer:
        if number not in self._missing:
            if number < self._least:
                raise NotTaken("too_small", {"least": self._least})
            if number > self._most:
                raise NotTaken("too_large", {"most": self._most})
            if number != round(number, self._decimals):
                code = "too_many_decimals" if self._decimals else "not_whole"
                raise NotTaken(code, {"decimals": self._decimals})
        return int(number) if number == int(number) else float(number)


class _Words:
    """An open answer; blank is none."""

    def __init__(self, item: Item) -> None:
        self._longest = item.longest

    def take(self, value: object) -> str:
        if not isinstance(value, str):
            raise NotTaken("text_expected")
        return self.read(value)

    def read(self, text: str) -> str:
        words = text.replace("\r\n", "\n").strip()
        if _UNREADABLE.search(words):
            raise NotTaken("unreadable")
        if len(words) > self._longest:
            raise NotTaken("too_long", {"longest": self._longest, "length": len(words)})
        return words


def _written(number: object) -> Decimal:
    """Read a number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    return Decimal(str(number))


def _narrowed(text: str) -> str:
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
