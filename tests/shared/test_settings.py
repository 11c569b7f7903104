"""Invalid settings are reported without their values; settings of one service take precedence."""

from typing import ClassVar

import pytest

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of a service that exists only in tests."""

    name: ClassVar[str] = "notes"


def error_lines() -> list[str]:
    """Read invalid settings and return the lines of the error message."""
    with pytest.raises(SystemExit) as error:
        Settings.read()
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PATRON_LOG_LEVEL", "verbose"),
        ("PATRON_TIMEZONE", "Mars/Base"),
        ("PATRON_CURRENCY", "yuan"),
        ("PATRON_CURRENCY", "ZZZ"),
        ("PATRON_COUNTRY", "China"),
        ("PATRON_COUNTRY", "XQ"),
        ("PATRON_POOL_SIZE", "0"),
        ("PATRON_PORT", "s3cret"),
        ("NOTES_PORT", "99999"),
    ],
)
def test_an_invalid_setting_is_reported_with_its_variable_but_not_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    _, line = error_lines()
    assert line.startswith(f"{variable}: ")
    assert value not in line


def test_all_invalid_settings_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_TIMEZONE", "Mars/Base")
    monkeypatch.setenv("NOTES_POOL_SIZE", "none")
    lines = "\n".join(error_lines())
    assert "PATRON_TIMEZONE" in lines
    assert "NOTES_POOL_SIZE" in lines


def test_a_setting_of_one_service_overrides_the_setting_of_all_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATRON_LOG_LEVEL", "error")
    monkeypatch.setenv("NOTES_LOG_LEVEL", "debug")
    assert Settings.read().log_level == "DEBUG"
