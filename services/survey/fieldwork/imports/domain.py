"""What the columns of a file of answers are. Pure."""

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
    """Find items, by code and whether they are required, and fields; Invalid if it will not do."""
    required = [code for code, needed in items.items() if needed]
    columns = match_columns(header, mapping, [*FIELDS, *items], required)
    if not columns.positions.keys() & items.keys():
        message = "Name or map a column for one of the items at least; none is there."
        raise Invalid(Fault("/file", "missing_columns", message))
    return columns


def is_channel(text: str) -> bool:
    """Tell whether this can name a channel."""
    return _CHANNEL.fullmatch(text) is not None
