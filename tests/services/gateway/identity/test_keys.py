"""Tests of the gateway's key pair and its files."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.identity import keys


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_only_the_owner_reads_the_private_key_and_everybody_the_public_one(tmp_path: Path) -> None:
    private, public = tmp_path / "identity.key", tmp_path / "identity.pub"
    key = keys.ensure(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    assert public.stat().st_mode & 0o777 == 0o644
    assert public.read_bytes() == public_pem(key)


def test_a_second_start_uses_the_same_key(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    assert public_pem(keys.ensure(*files)) == public_pem(keys.ensure(*files))


def test_simultaneous_starts_use_the_same_key(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    with ThreadPoolExecutor(8) as pool:
        created = {public_pem(key) for key in pool.map(lambda _: keys.ensure(*files), range(8))}
    assert created == {files[1].read_bytes()}
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_lost_public_key_is_written_again(tmp_path: Path) -> None:
    files = tmp_path / "identity.key", tmp_path / "identity.pub"
    keys.ensure(*files)
    files[1].unlink()
    assert files[1].exists() is False
    keys.ensure(*files)
    assert files[1].read_bytes() == public_pem(keys.load(files[0]))


def test_a_file_without_a_key_stops_the_start(tmp_path: Path) -> None:
    private = tmp_path / "identity.key"
    private.write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        keys.ensure(private, tmp_path / "identity.pub")
