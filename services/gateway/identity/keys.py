"""The pair of keys that the gateway vouches with: made once, the public half beside the private."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

OWNER_ONLY = 0o600
EVERYONE = 0o644


def ensure(private_file: Path, public_file: Path) -> Ed25519PrivateKey:
    """Give the signing key, made at first call; two processes that start at once get the same."""
    if not private_file.exists():
        private_file.parent.mkdir(parents=True, exist_ok=True)
        _put(private_file, _private_pem(Ed25519PrivateKey.generate()), OWNER_ONLY, replace=False)
    key = load(private_file)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not public_file.exists() or public_file.read_bytes() != public:
        public_file.parent.mkdir(parents=True, exist_ok=True)
        _put(public_file, public, EVERYONE, replace=True)
    return key


def load(private_file: Path) -> Ed25519PrivateKey:
    """Read the signing key; raises ValueError for a file that holds anything else."""
    key = load_pem_private_key(private_file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{private_file} is no Ed25519 private key.")
    return key


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _put(file: Path, content: bytes, mode: int, *, replace: bool) -> None:
    """Write a whole file at once, so that nobody ever reads half a key."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
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
