"""The checks of one answer: a class for each type of item.

Every class of checks accepts an answer as a JSON value, and an answer that is written as text.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Protocol

from services.survey.design.questionnaire.domain import LARGEST, SCALED, Item
from services.survey.design.questionnaire.problems import OUTSIDE_SCALE
from services.survey.fieldwork.response.problems import (
    NOT_WHOLE,
    REPEATED_OPTION,
    TOO_FEW,
    TOO_MANY_DECIMALS,
    UNKNOWN_OPTION,
)
from shared.catalogue import FaultCode
from shared.contracts.survey.response import Answer
from shared.contracts.survey.survey import QuestionType
from shared.faults import (
    LIST_EXPECTED,
    NUMBER_EXPECTED,
    TEXT_EXPECTED,
    TOO_LARGE,
    TOO_LONG,
    TOO_MANY,
    TOO_SMALL,
    UNREADABLE,
)
from shared.texts import half_width, is_visible, normalise

SEPARATOR = ";"
"""Separates the chosen options in the text of an answer to a multiple choice."""
_MOST_LISTED = 20
"""Greatest number of options that an error message lists."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,15})(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,15})?|\.[0-9]{1,15})")


class InvalidAnswer(Exception):
    """An answer that its item does not allow; `index` is the position in a list of options.

    `code` and `params` are those of `AnswerFault`.
    """

    def __init__(self, code: FaultCode, index: int | None = None, /, **params: object) -> None:
        self.code, self.index, self.params = code, index, params


class AnswerCheck(Protocol):
    """The check of the answers to one item; both methods raise InvalidAnswer."""

    def check(self, value: object) -> Answer:
        """Return the answer that is given as a JSON value."""
        ...

    def parse(self, text: str) -> Answer:
        """Return the answer that is written as text."""
        ...


def check_for(item: Item) -> AnswerCheck:
    """Return the check for answers to an item of this type."""
    if item.type in SCALED:
        return _ScaleCheck(item)
    if item.type is QuestionType.SINGLE:
        return _OptionCheck(item)
    if item.type is QuestionType.MULTIPLE:
        return _OptionsCheck(item)
    return _NumberCheck(item) if item.type is QuestionType.NUMBER else _TextCheck(item)


class _ScaleCheck:
    """Allows a point of a scale or a code for a missing answer (such as 0: "not applicable").

    An answer that is written as text may also be the label of the point or of the code.
    """

    def __init__(self, item: Item) -> None:
        self._values = frozenset(choice.value for choice in item.choices)
        self._values_by_spelling = _values_by_spelling(item)
        self._params = {"min": item.least, "max": item.most, "missing": list(item.missing)}

    def check(self, value: object) -> Answer:
        """Return the value if it is a point of the scale or means "not applicable"."""
        if type(value) is int and value in self._values:
            return value
        raise InvalidAnswer(OUTSIDE_SCALE, **self._params)

    def parse(self, text: str) -> Answer:
        """Return the point of the scale that the text states by its number or its label."""
        value = self._values_by_spelling.get(text)
        return self._parse_normalized(text) if value is None else value

    def _parse_normalized(self, text: str) -> Answer:
        """Return the point that a text states in another form; a label may have any letter case."""
        number = _WHOLE_NUMBER.fullmatch(half_width(text).strip())
        if number:
            return self.check(int(number[1]))
        value = self._values_by_spelling.get(_normalize(text).casefold())
        if value is None:
            raise InvalidAnswer(OUTSIDE_SCALE, **self._params)
        return value


class _OptionCheck:
    """Allows the code of one option; an answer that is written as text may also be its label."""

    def __init__(self, item: Item) -> None:
        self._codes = frozenset(str(choice.value) for choice in item.choices)
        self._codes_by_spelling = {
            spelling: str(code) for spelling, code in _values_by_spelling(item).items()
        }
        codes = [str(choice.value) for choice in item.choices]
        ellipsis = ["..."] if len(codes) > _MOST_LISTED else []
        self._allowed = codes[:_MOST_LISTED] + ellipsis

    def check(self, value: object, index: int | None = None) -> str:
        """Return the value if it is the code of an option; `index` is its position in a list."""
        if isinstance(value, str) and value in self._codes:
            return value
        raise InvalidAnswer(UNKNOWN_OPTION, index, allowed=self._allowed)

    def parse(self, text: str, index: int | None = None) -> str:
        """Return the code of the option that the text states by its code or its label."""
        spellings = self._codes_by_spelling
        code = spellings.get(text) or spellings.get(text.strip().casefold())
        return code or self.check(text.strip(), index)


class _OptionsCheck:
    """Allows the codes of several options, which are sorted as in the questionnaire."""

    def __init__(self, item: Item) -> None:
        self._option_check = _OptionCheck(item)
        self._order = {str(choice.value): rank for rank, choice in enumerate(item.choices)}
        self._least_options, self._most_options = item.least_options, item.most_options

    def check(self, value: object) -> list[str]:
        """Return the sorted codes if the value is a list of valid codes."""
        if not isinstance(value, list):
            raise InvalidAnswer(LIST_EXPECTED)
        return self._check_and_sort(
            [self._option_check.check(code, index) for index, code in enumerate(value)]
        )

    def parse(self, text: str) -> list[str]:
        """Return the sorted codes of the options that the text lists, separated by ";"."""
        parts = [part for part in text.split(SEPARATOR) if part.strip()]
        return self._check_and_sort(
            [self._option_check.parse(part, index) for index, part in enumerate(parts)]
        )

    def _check_and_sort(self, codes: list[str]) -> list[str]:
        """Return the codes sorted as in the questionnaire; refuse repeated, too few or too many.

        An empty list is accepted: it means that no option was chosen.
        """
        if len(set(codes)) < len(codes):
            raise InvalidAnswer(REPEATED_OPTION)
        if codes and len(codes) < self._least_options:
            raise InvalidAnswer(TOO_FEW, min=self._least_options)
        if len(codes) > self._most_options:
            raise InvalidAnswer(TOO_MANY, max=self._most_options)
        return sorted(codes, key=self._order.__getitem__)


class _NumberCheck:
    """Allows a number between two bounds, or a code for a missing answer."""

    def __init__(self, item: Item) -> None:
        self._no_answer_codes = frozenset(item.missing)
        self._decimals = item.decimals
        self._least = _to_decimal(-LARGEST if item.least is None else item.least)
        self._most = _to_decimal(LARGEST if item.most is None else item.most)

    def check(self, value: object) -> Answer:
        """Return the value if it is a finite number that the item allows."""
        if type(value) not in (int, float):
            raise self._not_a_number_error()
        number = _to_decimal(value)
        if not number.is_finite():
            raise self._not_a_number_error()
        return self._check_bounds(number)

    def parse(self, text: str) -> Answer:
        """Return the number that the text states, if the item allows it."""
        normalized_text = half_width(text).strip()
        if not _NUMBER.fullmatch(normalized_text):
            raise self._not_a_number_error()
        return self._check_bounds(Decimal(normalized_text))

    def _not_a_number_error(self) -> InvalidAnswer:
        """Return the error for a value that is no number, with an example of a valid number."""
        return InvalidAnswer(NUMBER_EXPECTED, example="12.5" if self._decimals else "12")

    def _check_bounds(self, number: Decimal) -> Answer:
        """Return the number as int or float; raise InvalidAnswer if the item forbids it.

        The item limits the value and the number of decimals; codes that mean "no answer" (such as
        99) are exempt.
        """
        if number not in self._no_answer_codes:
            if number < self._least:
                raise InvalidAnswer(TOO_SMALL, min=_to_number(self._least))
            if number > self._most:
                raise InvalidAnswer(TOO_LARGE, max=_to_number(self._most))
            if number != round(number, self._decimals):
                if self._decimals:
                    raise InvalidAnswer(TOO_MANY_DECIMALS, max=self._decimals)
                raise InvalidAnswer(NOT_WHOLE)
        return _to_number(number)


class _TextCheck:
    """Allows a text up to a greatest length, which is returned trimmed and normalised.

    A text without a visible character becomes "".
    """

    def __init__(self, item: Item) -> None:
        self._longest = item.longest

    def check(self, value: object) -> str:
        """Return the value, trimmed, if it is a valid text."""
        if not isinstance(value, str):
            raise InvalidAnswer(TEXT_EXPECTED)
        return self.parse(value)

    def parse(self, text: str) -> str:
        """Return the text as it is stored, if it has no control characters and is not too long."""
        trimmed_text = trimmed(text)
        if _UNPRINTABLE.search(trimmed_text):
            raise InvalidAnswer(UNREADABLE)
        if len(trimmed_text) > self._longest:
            raise InvalidAnswer(TOO_LONG, max=self._longest)
        return trimmed_text if is_visible(trimmed_text) else ""


def trimmed(text: str) -> str:
    """Return a text as it is stored and counted: normalised, each line break as one character."""
    return normalise(text.replace("\r\n", "\n")).strip()


def _to_decimal(number: object) -> Decimal:
    """Return the number as the decimal that its text states: 0.1, not the nearest binary float."""
    return Decimal(str(number))


def _to_number(number: Decimal) -> int | float:
    """Return the number as JSON has it: whole numbers without a decimal point."""
    return int(number) if number == int(number) else float(number)


def _normalize(text: str) -> str:
    """Return the text, trimmed, with full-width characters (全角, "４") as ordinary ones ("4")."""
    return unicodedata.normalize("NFKC", text).strip()


def _values_by_spelling(item: Item) -> dict[str, int | str]:
    """Return a dict from each text that stands for a choice to the value of the choice.

    The texts are the value itself, and the choice's Chinese and English label in lower case. A
    label that two choices have is left out.
    """
    values_by_label: dict[str, set[int | str]] = {}
    for choice in item.choices:
        for label in (choice.text.zh, choice.text.en) if choice.text else ():
            if label:
                values_by_label.setdefault(normalise(label).strip().casefold(), set()).add(
                    choice.value
                )
    unambiguous = {
        label: next(iter(values)) for label, values in values_by_label.items() if len(values) == 1
    }
    return unambiguous | {str(choice.value): choice.value for choice in item.choices}
