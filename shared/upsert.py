"""The result of an upsert, by the same names for single records, files and counts."""

from enum import StrEnum


class UpsertResult(StrEnum):
    """Whether an upsert created a record, updated it, or found it with these values already."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
