"""Changing a row that has a version and the time of its last change."""

from collections.abc import Mapping
from typing import Any

from shared import clock


def update_row(row: Any, changes: Mapping[str, Any]) -> bool:
    """Set columns of a row; return whether a value differs, which adds 1 to the version."""
    if all(getattr(row, name) == value for name, value in changes.items()):
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, clock.now()
    return True
