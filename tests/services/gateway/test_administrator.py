"""Tests of the administrator's key: it comes from the settings, or is created once and private."""

from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from services.gateway import administrator
from services.gateway.settings import Settings
from tests.services.gateway.conftest import KEY, Gateway


def status_with(gateway: Gateway, key: str) -> int:
    """Return the status of a read of all API keys with this key."""
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{gateway.url}/v1/api-keys", headers=headers).status_code


def settings(gateway: Gateway, data: Path, key: str | None) -> Settings:
    """Return the gateway's settings with this data folder and administrator's key."""
    admin_key = SecretStr(key) if key else None
    return gateway.settings.model_copy(update={"data": data, "admin_key": admin_key})


def test_without_a_key_in_the_settings_one_is_created_shown_once_and_stored(
    gateway: Gateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_key = settings(gateway, tmp_path, None)
    administrator.ensure_key(gateway.database, without_key)
    key = (tmp_path / "admin.key").read_text().strip()
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600
    assert key in capsys.readouterr().err
    assert status_with(gateway, key) == 200
    administrator.ensure_key(gateway.database, without_key)
    assert capsys.readouterr().err == ""
    assert (tmp_path / "admin.key").read_text().strip() == key


def test_an_administrators_key_in_the_settings_is_not_written_to_a_file(
    gateway: Gateway, tmp_path: Path
) -> None:
    administrator.ensure_key(gateway.database, settings(gateway, tmp_path, "given-key"))
    assert list(tmp_path.iterdir()) == []
    assert status_with(gateway, "given-key") == 200


def test_a_changed_administrators_key_in_the_settings_replaces_the_previous_one(
    gateway: Gateway, tmp_path: Path
) -> None:
    administrator.ensure_key(gateway.database, settings(gateway, tmp_path, "first"))
    administrator.ensure_key(gateway.database, settings(gateway, tmp_path, "second"))
    assert status_with(gateway, "first") == 401
    assert status_with(gateway, "second") == 200


def test_the_repr_of_the_settings_does_not_show_the_key(gateway: Gateway) -> None:
    assert KEY not in repr(gateway.settings)
