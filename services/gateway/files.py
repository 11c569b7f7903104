"""Small files that must be whole and private: keys."""

import os
import secrets
from pathlib import Path
from typing import Final

PREFIX: Final = "patron_"
"""What API keys begin with, so that one that lies about is known for what it is."""
OWNER_ONLY: Final = 0o600
EVERYONE: Final = 0o644


def put_once(file: Path, content: bytes, mode: int) -> None:
    """Write a file unless it is there; of two that try at once, one wins and none sees half."""
    _put(file, content, mode, replace=False)


def kept_key(file: Path) -> tuple[str, bool]:
    """Give the API key that a file keeps, and whether it was made by this call."""
    made = not file.exists()
    if made:
        put_once(file, f"{PREFIX}{secrets.token_urlsafe(32)}\n".encode(), OWNER_ONLY)
    return file.read_text().strip(), made


def put(file: Path, content: bytes, mode: int) -> None:
    """Write a file in the place of what was there, whole at every moment."""
    _put(file, content, mode, replace=True)


def _put(file: Path, content: bytes, mode: int, *, replace: bool) -> None:
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
    if replace:
        draft.replace(file)
        return
    try:
        os.link(draft, file)
    except FileExistsError:
        return
