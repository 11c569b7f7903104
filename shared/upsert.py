"""The result of an upsert; single records, imported files and counts use the same names."""

from enum import StrEnum


class UpsertResult(StrEnum):
    """Whether an upsert created a record, updated it, or found it with these values already."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
