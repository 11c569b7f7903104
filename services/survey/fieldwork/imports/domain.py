"""The columns of a file of answers: how a column is assigned to an item or to another field."""

import re
from collections.abc import Mapping, Sequence

from shared.errors import Fault, Invalid
from shared.imports.columns import ColumnMapping, Columns, match_columns
from shared.imports.faults import MISSING_COLUMNS

RESPONDENT = "respondent_external_id"
RESPONSE_ID = "response_id"
SUBMITTED_AT = "submitted_at"
CHANNEL = "channel"
FIELDS = (RESPONDENT, RESPONSE_ID, SUBMITTED_AT, CHANNEL)
"""The names of the columns that a file can have besides a column for each item."""
IDS = (RESPONDENT, RESPONSE_ID)
"""The columns with ids in another system, by which a line is recognized in another file."""

MOST_LINES = 1_000_000
"""Greatest number of lines of a file."""
CHANNEL_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""Matches the code of a channel, such as `web` or `on_site`."""


def columns_of_answers(
    header: Sequence[str], mapping: ColumnMapping, items: Mapping[str, bool]
) -> Columns:
    """Return the position of each field in a file with this header line.

    `mapping` assigns columns to fields whose names differ. The fields are FIELDS and the codes of
    the items; `items` states for each code whether an answer is required. Raises Invalid if the
    mapping has an unknown column or field, if a required item has no column, or if no item has one.
    """
    required_codes = [code for code, is_required in items.items() if is_required]
    columns = match_columns(header, mapping, [*FIELDS, *items], required_codes)
    if not columns.positions.keys() & items.keys():
        advice = "Name or map a column for at least one of the items; the file has none."
        fields = list(items)
        raise Invalid(Fault("/file", MISSING_COLUMNS, advice, fields=fields, columns=list(header)))
    return columns
