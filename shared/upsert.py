"""What became of a thing that was put: one word for records, files and their counts."""

from enum import StrEnum


class UpsertResult(StrEnum):
    """It was new, it changed, or it was so already."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
