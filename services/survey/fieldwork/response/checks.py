"""The check of one answer, for each type of item: of a JSON value, and of a text."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from services.survey.design.questionnaire.domain import LARGEST, SCALED, Item, QuestionType
from shared.contracts.survey.response import Answer

SEPARATOR = ";"
_MOST_LISTED = 20
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,15})(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,15})?|\.[0-9]{1,15})")


class InvalidAnswer(Exception):
    """An answer breaks a rule of its item; `index` is the position in a list of options."""

    def __init__(
        self, code: str, details: Mapping[str, object] | None = None, *, index: int | None = None
    ) -> None:
        self.code, self.index, self.details = code, index, details or {}


class AnswerCheck(Protocol):
    """The check of the answers to one item; both methods raise InvalidAnswer."""

    def check(self, value: object) -> Answer:
        """Return the answer that a JSON value states."""
        ...

    def parse(self, text: str) -> Answer:
        """Return the answer that a text states."""
        ...


def check_for(item: Item) -> AnswerCheck:
    """Return the check of the answers to an item."""
    if item.type in SCALED:
        return _ScaleCheck(item)
    if item.type is QuestionType.SINGLE:
        return _OptionCheck(item)
    if item.type is QuestionType.MULTIPLE:
        return _OptionsCheck(item)
    return _NumberCheck(item) if item.type is QuestionType.NUMBER else _TextCheck(item)


class _ScaleCheck:
    """Allows a point of a scale, or one of its missing codes; in a text also by label."""

    def __init__(self, item: Item) -> None:
        self._values = frozenset(choice.value for choice in item.choices)
        self._spellings = _spellings(item)
        self._details = {
            "least": item.least,
            "most": item.most,
            "missing": ", ".join(map(str, item.missing)),
        }

    def check(self, value: object) -> Answer:
        if type(value) is int and value in self._values:
            return value
        raise InvalidAnswer("outside_scale", self._details)

    def parse(self, text: str) -> Answer:
        exact = self._spellings.get(text)
        return self._parse_normalized(_normalize(text)) if exact is None else exact

    def _parse_normalized(self, text: str) -> Answer:
        """Return the value that a trimmed number or a label means."""
        whole = _WHOLE_NUMBER.fullmatch(text)
        if whole:
            return self.check(int(whole[1]))
        value = self._spellings.get(text.casefold())
        if value is None:
            raise InvalidAnswer("outside_scale", self._details)
        return value


class _OptionCheck:
    """Allows the code of one option; in a text also its label."""

    def __init__(self, item: Item) -> None:
        self._codes = frozenset(str(choice.value) for choice in item.choices)
        self._spellings = {spelling: str(code) for spelling, code in _spellings(item).items()}
        codes = [str(choice.value) for choice in item.choices]
        more = ["..."] if len(codes) > _MOST_LISTED else []
        self._details = {"options": ", ".join(codes[:_MOST_LISTED] + more)}

    def check(self, value: object, index: int | None = None) -> str:
        if isinstance(value, str) and value in self._codes:
            return value
        raise InvalidAnswer("unknown_option", self._details, index=index)

    def parse(self, text: str, index: int | None = None) -> str:
        code = self._spellings.get(text) or self._spellings.get(text.strip().casefold())
        return code or self.check(text.strip(), index)


class _OptionsCheck:
    """Allows the codes of several options; returns them in the order of the questionnaire."""

    def __init__(self, item: Item) -> None:
        self._option = _OptionCheck(item)
        self._order = {str(choice.value): rank for rank, choice in enumerate(item.choices)}
        self._fewest, self._greatest = item.fewest, item.greatest

    def check(self, value: object) -> list[str]:
        if not isinstance(value, list):
            raise InvalidAnswer("list_expected")
        return self._check_count(
            [self._option.check(each, index) for index, each in enumerate(value)]
        )

    def parse(self, text: str) -> list[str]:
        parts = [part for part in text.split(SEPARATOR) if part.strip()]
        return self._check_count(
            [self._option.parse(part, index) for index, part in enumerate(parts)]
        )

    def _check_count(self, codes: list[str]) -> list[str]:
        """Return the codes in the order of the questionnaire, if their number is allowed."""
        if len(set(codes)) < len(codes):
            raise InvalidAnswer("repeated_option")
        if codes and len(codes) < self._fewest:
            raise InvalidAnswer("too_few", {"fewest": self._fewest})
        if len(codes) > self._greatest:
            raise InvalidAnswer("too_many", {"greatest": self._greatest})
        return sorted(codes, key=self._order.__getitem__)


class _NumberCheck:
    """Allows a number within its bounds, or one of its missing codes."""

    def __init__(self, item: Item) -> None:
        self._missing = frozenset(item.missing)
        self._decimals = item.decimals
        self._least = _decimal(-LARGEST if item.least is None else item.least)
        self._most = _decimal(LARGEST if item.most is None else item.most)

    def check(self, value: object) -> Answer:
        if type(value) not in (int, float):
            raise self._not_a_number()
        number = _decimal(value)
        if not number.is_finite():
            raise self._not_a_number()
        return self._check_bounds(number)

    def parse(self, text: str) -> Answer:
        normalized = _normalize(text)
        if not _NUMBER.fullmatch(normalized):
            raise self._not_a_number()
        return self._check_bounds(Decimal(normalized))

    def _not_a_number(self) -> InvalidAnswer:
        """Return the error for a value that is no number, with an example of one."""
        return InvalidAnswer("number_expected", {"example": "12.5" if self._decimals else "12"})

    def _check_bounds(self, number: Decimal) -> Answer:
        """Return the number as int or float; InvalidAnswer if its bounds or decimals forbid it."""
        if number not in self._missing:
            if number < self._least:
                raise InvalidAnswer("too_small", {"least": self._least})
            if number > self._most:
                raise InvalidAnswer("too_large", {"most": self._most})
            if number != round(number, self._decimals):
                code = "too_many_decimals" if self._decimals else "not_whole"
                raise InvalidAnswer(code, {"decimals": self._decimals})
        return int(number) if number == int(number) else float(number)


class _TextCheck:
    """Allows a text up to a length; returns it without surrounding blanks, "" if it is blank."""

    def __init__(self, item: Item) -> None:
        self._longest = item.longest

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise InvalidAnswer("text_expected")
        return self.parse(value)

    def parse(self, text: str) -> str:
        trimmed = text.replace("\r\n", "\n").strip()
        if _UNPRINTABLE.search(trimmed):
            raise InvalidAnswer("unreadable")
        if len(trimmed) > self._longest:
            raise InvalidAnswer("too_long", {"longest": self._longest, "length": len(trimmed)})
        return trimmed


def _decimal(number: object) -> Decimal:
    """Return the decimal that the number is written as: 0.1, not the binary fraction next to it."""
    return Decimal(str(number))


def _normalize(text: str) -> str:
    """Return the text trimmed and with half-width digits instead of full-width ones (全角数字)."""
    return unicodedata.normalize("NFKC", text).strip()


def _spellings(item: Item) -> dict[str, int | str]:
    """Return the value of a choice by each text that means it.

    These are the value itself, and its labels in lower case unless two choices share a label.
    """
    labels: dict[str, set[int | str]] = {}
    for choice in item.choices:
        for label in (choice.text.zh, choice.text.en) if choice.text else ():
            if label:
                labels.setdefault(label.strip().casefold(), set()).add(choice.value)
    spellings = {label: next(iter(values)) for label, values in labels.items() if len(values) == 1}
    return spellings | {str(choice.value): choice.value for choice in item.choices}
