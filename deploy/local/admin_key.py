"""The administrator's API key of a local product: from the environment or generated once."""

import os
from dataclasses import dataclass
from pathlib import Path

from services.gateway.files import read_or_create_key


@dataclass(frozen=True, slots=True)
class AdminKey:
    """The key, and the note about it for the terminal; only a new key is shown itself."""

    value: str
    note: str


def ensure(data: Path) -> AdminKey:
    """Return $PATRON_ADMIN_KEY, or the key in `data`/admin.key, which is generated if missing."""
    if given := os.environ.get("PATRON_ADMIN_KEY", "").strip():
        return AdminKey(given, "$PATRON_ADMIN_KEY")
    file = data / "admin.key"
    value, is_new = read_or_create_key(file)
    return AdminKey(value, f"{value}  (保存在 kept in {file})" if is_new else str(file))
