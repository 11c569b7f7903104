"""Tests of the gateway's key pair and its files."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.identity import keys


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public key of a private key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_only_the_owner_reads_the_private_key_and_everybody_the_public_one(tmp_path: Path) -> None:
    private, public = tmp_path / "identity.key", tmp_path / "identity.pub"
    key = keys.ensure_key_pair(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    assert public.stat().st_mode & 0o777 == 0o644
    assert public.read_bytes() == public_pem(key)


def test_a_second_start_of_the_gateway_uses_the_same_key(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    assert public_pem(keys.ensure_key_pair(*files)) == public_pem(keys.ensure_key_pair(*files))


def test_gateways_that_start_at_the_same_time_use_the_same_key(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    with ThreadPoolExecutor(8) as pool:
        created = {
            public_pem(key) for key in pool.map(lambda _: keys.ensure_key_pair(*files), range(8))
        }
    assert created == {files[1].read_bytes()}
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_deleted_public_key_file_is_written_again(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    keys.ensure_key_pair(*files)
    files[1].unlink()
    assert files[1].exists() is False
    keys.ensure_key_pair(*files)
    assert files[1].read_bytes() == public_pem(keys.load(files[0]))


def test_an_invalid_private_key_file_is_refused(tmp_path: Path) -> None:
    private = tmp_path / "identity.key"
    private.write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        keys.ensure_key_pair(private, tmp_path / "identity.pub")
