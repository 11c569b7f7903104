"""The administrator's API key of a local product: given, or made at the first start and kept."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from services.gateway.files import OWNER_ONLY, put_once


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
    made = not file.exists()
    if made:
        put_once(file, f"patron_{secrets.token_urlsafe(32)}\n".encode(), OWNER_ONLY)
    value = file.read_text().strip()
    return AdminKey(value, f"{value}  (只显示一次 shown once; {file})" if made else str(file))
