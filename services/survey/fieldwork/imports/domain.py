"""The columns of an imported file of answers."""

import re
from collections.abc import Mapping, Sequence

from shared.errors import Fault, Invalid
from shared.imports.columns import ColumnMapping, Columns, match_columns

RESPONDENT = "respondent_external_id"
SUBMITTED_AT = "submitted_at"
CHANNEL = "channel"
FIELDS = (RESPONDENT, SUBMITTED_AT, CHANNEL)

MOST_LINES = 1_000_000
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def columns_of_answers(
    header: Sequence[str], mapping: ColumnMapping, items: Mapping[str, bool]
) -> Columns:
    """Return the columns of a file with this header.

    `items` says by item code whether an answer is required. Invalid if the header or the mapping
    names an unknown column or field, if a required item has no column, or if no item has one.
    """
    required = [code for code, is_required in items.items() if is_required]
    columns = match_columns(header, mapping, [*FIELDS, *items], required)
    if not columns.positions.keys() & items.keys():
        message = "Name or map a column for at least one of the items; the file has none."
        raise Invalid(Fault("/file", "missing_columns", message))
    return columns


def is_channel(text: str) -> bool:
    """Return whether the text is a valid code of a channel."""
    return _CHANNEL.fullmatch(text) is not None
