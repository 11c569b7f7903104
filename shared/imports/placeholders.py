"""Placeholders: texts such as NULL that programs write into a cell that has no value. Pure."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from shared.errors import InvalidValue
from shared.imports.faults import PLACEHOLDER

PLACEHOLDERS: Final = (
    *("NULL", "(NULL)", "<NULL>", "[NULL]", "\\N", "nil", "None", "undefined"),
    *("NaN", "NaT", "NA", "<NA>", "N/A", "n.a.", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!"),
    *("#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#N/D", "#NV", "#WERT!", "#BEZUG!", "#VALEUR!"),
    *("<none>", "(none)", "(blank)", "(empty)", "(空白)", "-", "--", "---", "–", "—", "——"),
    *(".", "?", "/", "无", "暂无", "空", "未知", "不详", "没有"),
)
"""The texts that databases, spreadsheets, programs and people write for a missing value."""


@lru_cache(maxsize=64)
def folded(placeholders: tuple[str, ...]) -> frozenset[str]:
    """Return the placeholders as `refuse_placeholder` compares them: regardless of case and width.

    The case is that of letters; the width is that of full-width characters.
    """
    return frozenset(map(_fold, placeholders))


def refuse_placeholder(text: str, placeholders: Sequence[str]) -> None:
    """Raise InvalidValue if the whole text is one of the placeholders."""
    if _fold(text) in folded(tuple(placeholders)):
        raise InvalidValue(PLACEHOLDER, value=text)


def _fold(text: str) -> str:
    """Return a text as it is compared."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()
