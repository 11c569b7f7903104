"""Cells of uploaded tables: recognising formulas."""

_FORMULA_PREFIXES = ("=", "@")


def is_formula(cell: str) -> bool:
    """Return whether a cell begins like a formula, which is never accepted as a value.

    A formula is also recognised behind the apostrophe that `escape_formula` adds in a file of
    errors.
    """
    return cell.lstrip().removeprefix("'").lstrip().startswith(_FORMULA_PREFIXES)


def escape_formula(cell: str) -> str:
    """Return the cell, with an apostrophe before a formula so that spreadsheets show it as text."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_PREFIXES) else cell
