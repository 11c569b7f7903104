"""What the columns of a file of answers are, and how its cells are read. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.errors import Fault
from shared.files.cells import dashed

RESPONDENT = "respondent_external_id"
SUBMITTED_AT = "submitted_at"
CHANNEL = "channel"
FIELDS = (RESPONDENT, SUBMITTED_AT, CHANNEL)

MOST_LINES = 1_000_000
FIRST_YEAR, LAST_YEAR = 1900, 9998
_CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cell of a line is what: item codes by position, and the positions of the rest."""

    header: tuple[str, ...]
    items: tuple[tuple[int, str], ...]
    respondent: int | None
    submitted_at: int | None
    channel: int | None

    @property
    def ignored(self) -> list[str]:
        """Name the columns that mean nothing here."""
        used = {at for at, _ in self.items} | {self.respondent, self.submitted_at, self.channel}
        return [name for at, name in enumerate(self.header) if at not in used]

    def column_of(self, code: str) -> str:
        """Name the column of an item; empty where the file has none."""
        return next((self.header[at] for at, item in self.items if item == code), "")


def plan_columns(
    header: Sequence[str], mapping: Mapping[str, str | None], codes: Collection[str]
) -> Plan:
    """Tell what each column is: what the mapping says, else the field that it is named like.

    Columns that are neither are left alone; a column mapped to null is left alone on purpose.
    """
    fields = {name: mapping.get(name, name) for name in header}
    places = {field: at for at, field in enumerate(fields.values()) if field is not None}
    return Plan(
        header=tuple(header),
        items=tuple((at, str(field)) for field, at in places.items() if field in codes),
        respondent=places.get(RESPONDENT),
        submitted_at=places.get(SUBMITTED_AT),
        channel=places.get(CHANNEL),
    )


def faults_of_plan(
    header: Sequence[str],
    mapping: Mapping[str, str | None],
    codes: Collection[str],
    required: Iterable[str],
) -> list[Fault]:
    """Tell what makes a file impossible to import before any line of it is read."""
    faults = []
    for column, field in mapping.items():
        if column not in header:
            faults.append(Fault(f"/mapping/{column}", "unknown_column", "The file lacks it."))
        elif field is not None and field not in codes and field not in FIELDS:
            message = "Map it to the code of an item or to " + ", ".join(FIELDS) + "."
            faults.append(Fault(f"/mapping/{column}", "unknown_field", message))
    fields = [field for name in header if (field := mapping.get(name, name)) is not None]
    known = [field for field in fields if field in codes or field in FIELDS]
    faults += [
        Fault("/mapping", "mapped_twice", f"Two columns mean the same: {field}.")
        for field in sorted({field for field in known if known.count(field) > 1})
    ]
    missing = sorted(set(required) - set(fields))
    if missing or not set(fields) & set(codes):
        named = ", ".join(missing) or "none of the items is there"
        faults.append(Fault("/file", "missing_columns", f"Columns that are missing: {named}."))
    return faults


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a moment as files have it; one without offset is local. ValueError if it is none."""
    try:
        moment = datetime.fromisoformat(dashed(text))
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if FIRST_YEAR <= moment.year <= LAST_YEAR:
            return local.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("Give a time as 2026-01-31 09:30:00.")


def is_channel(text: str) -> bool:
    """Tell whether this can name a channel."""
    return _CHANNEL.fullmatch(text) is not None
