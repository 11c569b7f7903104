"""Files of keys: written completely or not at all, with the permissions of their content."""

import os
import secrets
from pathlib import Path
from typing import Final

from services.gateway.api_key.domain import PREFIX

OWNER_ONLY: Final = 0o600
EVERYONE: Final = 0o644


def write_once(file: Path, content: bytes, mode: int) -> None:
    """Write a file unless it exists; of two simultaneous processes only one writes."""
    _write(file, content, mode, replace=False)


def read_or_create_key(file: Path) -> tuple[str, bool]:
    """Return the API key in a file, and True if this call created the file with a new key."""
    created = not file.exists()
    if created:
        write_once(file, f"{PREFIX}{secrets.token_urlsafe(32)}\n".encode(), OWNER_ONLY)
    return file.read_text().strip(), created


def write(file: Path, content: bytes, mode: int) -> None:
    """Write or replace a file; a reader sees the old or the new content, never a part of it."""
    _write(file, content, mode, replace=True)


def _write(file: Path, content: bytes, mode: int, *, replace: bool) -> None:
    """Write a draft beside the file and sync it to the disk, then move it to its final name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        _move(draft, file, replace=replace)
    finally:
        draft.unlink(missing_ok=True)


def _move(draft: Path, file: Path, *, replace: bool) -> None:
    """Rename the draft to its final name; without `replace` an existing file stays as it is."""
    if replace:
        draft.replace(file)
        return
    try:
        os.link(draft, file)
    except FileExistsError:
        return
