"""The administrator's API key of a local product: given, or made at the first start and kept."""

import os
from dataclasses import dataclass
from pathlib import Path

from services.gateway.files import kept_key


@dataclass(frozen=True, slots=True)
class AdminKey:
    """The key, and what the terminal says about it: the key itself only once."""

    value: str
    note: str


def ensure(data: Path) -> AdminKey:
    """Give $PATRON_ADMIN_KEY, or what `data`/admin.key holds, made if there is none."""
    if given := os.environ.get("PATRON_ADMIN_KEY", "").strip():
        return AdminKey(given, "$PATRON_ADMIN_KEY")
    file = data / "admin.key"
    value, made = kept_key(file)
    return AdminKey(value, f"{value}  (保存在 kept in {file})" if made else str(file))
