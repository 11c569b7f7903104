"""What a cell of a table must not be."""


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet would compute this cell; such a cell is never taken as a value."""
    return cell.startswith(("=", "@"))
