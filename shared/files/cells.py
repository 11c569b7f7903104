"""Cells of uploaded tables: recognising formulas, and the apostrophe before them."""

import re

_FORMULA_PREFIXES = ("=", "@")
_ESCAPED_PREFIXES = (*_FORMULA_PREFIXES, "+", "-")
"""The characters with which spreadsheets let a formula begin."""
_NEGATIVE_NUMBER = re.compile(r"-[\d.,]*", re.ASCII)
_ESCAPE = re.compile(r"'(?=\s*[=@+-]|[0-9])")
"""Matches the apostrophe that `escape_formula` and other exporters put before a text."""


def is_formula(text: str) -> bool:
    """Return whether the text of a cell begins like a formula, which is never accepted."""
    return text.lstrip().startswith(_FORMULA_PREFIXES)


def escape_formula(cell: str) -> str:
    """Return the cell, with an apostrophe before what a spreadsheet would take for a formula.

    A phone number such as +86 21 5555 0100 has the apostrophe too, because a spreadsheet would
    compute it; a negative number has none. `unescape` removes the apostrophe when a file is read.
    """
    text = cell.strip()
    is_escaped = text.startswith(_ESCAPED_PREFIXES) and not _NEGATIVE_NUMBER.fullmatch(text)
    return f"'{cell}" if is_escaped else cell


def unescape(text: str) -> str:
    """Return the text without the apostrophe that exporters put before = @ + - and digits.

    Every other apostrophe stays, as in 't Hart.
    """
    return text[1:].lstrip() if _ESCAPE.match(text) else text
