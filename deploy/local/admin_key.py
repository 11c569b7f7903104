"""The administrator's API key of a product on this machine: given or generated once."""

import os
from dataclasses import dataclass
from pathlib import Path

from services.gateway.files import read_or_create_key


@dataclass(frozen=True, slots=True)
class AdminKey:
    """The API key, and a note for the terminal that says where the key is.

    The note contains the key itself only if the key is new.
    """

    value: str
    note: str


def ensure(data: Path) -> AdminKey:
    """Return $PATRON_ADMIN_KEY if it is set, otherwise the key in `data`/admin.key.

    A missing file is created with a new random key.
    """
    if given := os.environ.get("PATRON_ADMIN_KEY", "").strip():
        return AdminKey(given, "$PATRON_ADMIN_KEY")
    file = data / "admin.key"
    value, is_new = read_or_create_key(file)
    return AdminKey(value, f"{value}  (保存在 kept in {file})" if is_new else str(file))
