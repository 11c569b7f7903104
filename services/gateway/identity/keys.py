"""The gateway's key pair, created once; the services read the public key from its file."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from services.gateway.files import EVERYONE, OWNER_ONLY, write, write_once


def ensure_key_pair(private_file: Path, public_file: Path) -> Ed25519PrivateKey:
    """Return the signing key; create the private and the public key file if they do not exist.

    Two processes that start at once get the same key.
    """
    if not private_file.exists():
        write_once(private_file, _private_pem(Ed25519PrivateKey.generate()), OWNER_ONLY)
    key = load(private_file)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not public_file.exists() or public_file.read_bytes() != public:
        write(public_file, public, EVERYONE)
    return key


def load(private_file: Path) -> Ed25519PrivateKey:
    """Read the signing key; raises ValueError or TypeError if the file has no Ed25519 key."""
    key = load_pem_private_key(private_file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{private_file} is no Ed25519 private key.")
    return key


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the private key as unencrypted PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
