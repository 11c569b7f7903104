"""Settings that cannot be used: each is named, none is repeated."""

from typing import ClassVar

import pytest

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of a service that exists in tests alone."""

    name: ClassVar[str] = "notes"


def refused() -> list[str]:
    with pytest.raises(SystemExit) as told:
        Settings.read()
    return str(told.value).splitlines()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PATRON_LOG_LEVEL", "verbose"),
        ("PATRON_TIMEZONE", "Mars/Base"),
        ("PATRON_CURRENCY", "yuan"),
        ("PATRON_CURRENCY", "ZZZ"),
        ("PATRON_POOL_SIZE", "0"),
        ("PATRON_PORT", "s3cret"),
        ("NOTES_PORT", "99999"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    _, line = refused()
    assert line.startswith(f"{variable}: ")
    assert value not in line


def test_all_that_cannot_be_used_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_TIMEZONE", "Mars/Base")
    monkeypatch.setenv("NOTES_POOL_SIZE", "none")
    told = "\n".join(refused())
    assert "PATRON_TIMEZONE" in told
    assert "NOTES_POOL_SIZE" in told


def test_what_is_said_to_one_service_goes_before_what_is_said_to_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATRON_LOG_LEVEL", "error")
    monkeypatch.setenv("NOTES_LOG_LEVEL", "debug")
    assert Settings.read().log_level == "DEBUG"
