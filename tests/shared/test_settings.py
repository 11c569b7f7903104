"""Settings that cannot be meant are refused at start: all in one answer, without their values."""

from pathlib import Path
from typing import ClassVar

import pytest

from services.gateway.settings import Settings as GatewaySettings
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of a service that exists only in tests."""

    name: ClassVar[str] = "notes"


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> "Refusal":
    return Refusal(capsys)


class Refusal:
    """Reads invalid settings."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self, settings: type[ServiceSettings] = Settings) -> list[str]:
        """Read invalid settings and return the lines about them."""
        with pytest.raises(SystemExit) as error:
            settings.read()
        assert error.value.code == 2
        first, *lines = self._capsys.readouterr().err.splitlines()
        assert first == "These settings cannot be used."
        return lines


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
        ("PATRON_DRAIN_SECONDS", "-1"),
        ("PATRON_HOST", "127.0.0.1:8000"),
        ("PATRON_HOST", "http://localhost"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret:kafka"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret:0"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret:65536"),
        ("PATRON_KAFKA_BOOTSTRAP", "PLAINTEXT://s3cret:9092"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret:9092,"),
        ("PATRON_KAFKA_BOOTSTRAP", "s3cret:9092;other:9092"),
        ("PATRON_DATABASE_URL", "s3cret"),
        ("PATRON_DATABASE_URL", "postgres://u:s3cret@h/d"),
        ("PATRON_DATABASE_URL", "mysql://u:s3cret@h/d"),
        ("PATRON_DATABASE_URL", "postgresql+asyncpg://u:s3cret@h/d"),
        ("PATRON_DATABASE_URL", "postgresql+psycopg://u:s3cret@h:port/d"),
        ("PATRON_DATABASE_URL", "postgresql+psycopg://u:s3cret@h"),
        ("PATRON_DATABASE_URL", "sqlite:///?s3cret=1"),
        ("NOTES_DATABASE_URL", "sqlite:///:memory:"),
    ],
)
def test_an_invalid_setting_is_reported_with_its_variable_but_not_its_value(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    (line,) = refusal.lines()
    assert line.startswith(f"{variable}: ")
    assert value not in line
    assert "s3cret" not in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GATEWAY_REGISTRY_URL", "s3cret:8001"),
        ("GATEWAY_SURVEY_URL", "ftp://s3cret"),
        ("GATEWAY_SCORING_URL", "http://s3cret:port"),
        ("GATEWAY_SCORING_URL", "http://s3cret:70000"),
        ("GATEWAY_SCORING_URL", "http://:8003"),
        ("GATEWAY_SCORING_URL", "http://u:s3cret@h"),
        ("GATEWAY_SCORING_URL", "http://h/?s3cret"),
        ("GATEWAY_TRUSTED_EDGES", "s3cret"),
        ("GATEWAY_TRUSTED_EDGES", "10.0.0.1,10.0.0.1/8"),
        ("PATRON_ADMIN_KEY", "s3cret"),
        ("GATEWAY_ADMIN_KEY", "s3cret" * 3 + "12345"),
        ("GATEWAY_ADMIN_KEY", "s3cret s3cret s3cret s3cret"),
        ("GATEWAY_ADMIN_KEY", "s3cret密钥" * 5),
    ],
)
def test_an_invalid_setting_of_the_gateway_is_reported_without_its_value(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    (line,) = refusal.lines(GatewaySettings)
    assert line.startswith(f"{variable}: ")
    assert value not in line
    assert "s3cret" not in line


def test_a_key_of_the_administrator_that_is_too_short_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv("PATRON_ADMIN_KEY", "changeme")
    (line,) = refusal.lines(GatewaySettings)
    assert "shorter than 24 characters" in line
    assert "openssl rand -hex 24" in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PATRON_KAFKA_BOOTSTRAP", "kafka-1.example.com:9092, kafka_2:9093,[::1]:9094"),
        ("PATRON_DATABASE_URL", "postgresql+psycopg://u:p%40ss@h:5432/d?sslmode=verify-full"),
        ("PATRON_DATABASE_URL", "postgresql://u@/d?host=/run/postgresql"),
        ("PATRON_DATABASE_URL", "sqlite:////var/lib/patron/notes.db"),
        ("PATRON_HOST", "::1"),
        ("PATRON_HOST", "localhost"),
        ("GATEWAY_REGISTRY_URL", "https://registry.internal:8443/"),
        ("GATEWAY_TRUSTED_EDGES", "10.0.0.5, 10.0.0.0/8,::1"),
        ("GATEWAY_TRUSTED_EDGES", "*"),
        ("PATRON_ADMIN_KEY", "0123456789abcdef01234567"),
    ],
)
def test_a_valid_address_or_key_is_accepted(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    GatewaySettings.read()


def test_brokers_are_used_without_the_blanks_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_KAFKA_BOOTSTRAP", "one:9092, two:9093")
    assert Settings.read().kafka_bootstrap == "one:9092,two:9093"


def test_a_file_that_exists_and_cannot_be_read_is_refused_and_a_missing_one_may_be_written_later(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATRON_IDENTITY_PUBLIC_KEY_FILE", str(tmp_path / "later.pub"))
    Settings.read()
    monkeypatch.setenv("PATRON_IDENTITY_PUBLIC_KEY_FILE", str(tmp_path))
    (line,) = refusal.lines()
    assert line == "PATRON_IDENTITY_PUBLIC_KEY_FILE: the file cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("PATRON_LOG_LEVLE", "PATRON_LOG_LEVEL"),
        ("PATRON_KAFKA_BOOTSTRAP_SERVERS", "PATRON_KAFKA_BOOTSTRAP"),
        ("PATRON_DATABSE_URL", "PATRON_DATABASE_URL"),
        ("PATRON_COMPANY_NAMES_ZH", "PATRON_COMPANY_NAME_ZH"),
        ("NOTES_PROT", "NOTES_PORT"),
        ("SCORING_SETTLE_AFTER", "SCORING_SETTLE_AFTER_SECONDS"),
        ("GATEWAY_ADMINKEY", "GATEWAY_ADMIN_KEY"),
    ],
)
def test_a_misspelled_variable_is_refused_with_the_nearest_name(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal, variable: str, meant: str
) -> None:
    monkeypatch.setenv(variable, "s3cret")
    (line,) = refusal.lines()
    assert line == f"{variable}: no setting has this name; is {meant} meant? Otherwise remove it"


def test_a_variable_that_resembles_no_setting_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv("PATRON_SECRET_SAUCE", "s3cret")
    (line,) = refusal.lines()
    assert line.startswith("PATRON_SECRET_SAUCE: no setting has this name; remove it")


@pytest.mark.parametrize(
    "variable",
    [
        "PATRON_COMPANY_NAME_ZH",  # of survey
        "GATEWAY_ADMIN_KEY",  # of the gateway
        "PATRON_TEST_POSTGRES_URL",  # of the tests
        "PATRON_KAFKA_PORT",  # of docker-compose.yml and make real
        "PATRON_VERSION",  # of docker-compose.yml
        "PATRON_REVISION",
        "REGISTRY_DATABASE_PASSWORD",
        "REGISTRY_SERVICE_HOST",  # Kubernetes sets these for a service named registry
        "REGISTRY_SERVICE_PORT_HTTP",
        "REGISTRY_PORT_8000_TCP_ADDR",
        "PATRONAGE",
        "REGISTRYPORT",
    ],
)
def test_a_variable_of_another_program_is_no_misspelled_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "x" * 30)
    Settings.read()


def test_a_misspelled_variable_without_a_value_has_no_effect_and_is_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATRON_LOG_LEVLE", "")
    Settings.read()


def test_all_invalid_settings_and_misspelled_variables_are_reported_at_once(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv("PATRON_TIMEZONE", "Mars/Base")
    monkeypatch.setenv("NOTES_POOL_SIZE", "none")
    monkeypatch.setenv("PATRON_LOG_LEVLE", "debug")
    monkeypatch.setenv("PATRON_DATABASE_URL", "mysql://h/d")
    variables = [line.partition(":")[0] for line in refusal.lines()]
    assert variables == [
        "NOTES_POOL_SIZE",
        "PATRON_DATABASE_URL",
        "PATRON_LOG_LEVLE",
        "PATRON_TIMEZONE",
    ]


def test_a_setting_of_one_service_overrides_the_setting_of_all_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATRON_LOG_LEVEL", "error")
    monkeypatch.setenv("NOTES_LOG_LEVEL", "debug")
    assert Settings.read().log_level == "DEBUG"
