"""The settings of a service: read from the environment once, when a process starts."""

import os
import sys
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.addresses import Brokers, DatabaseUrl, Host
from shared.countries import COUNTRIES
from shared.environment import unknown_variables
from shared.money import CURRENCIES

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)
]


USAGE_ERROR = 2
"""The exit status of a command that was called with wrong arguments or settings."""


def check_readable(path: Path) -> Path:
    """Refuse a file that exists and cannot be read; one that is missing may be written later."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    return path


ReadableFile = Annotated[Path, AfterValidator(check_readable)]


class ServiceSettings(BaseSettings):
    """The settings that all services have.

    The environment variable `PATRON_<FIELD>` sets a value for all services, `<SERVICE>_<FIELD>` for
    one service; the latter takes precedence.
    """

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PATRON_", env_ignore_empty=True, populate_by_name=True
    )

    name: ClassVar[str]

    data: Path = Field(
        Path("var"), description="Folder of the SQLite databases, the embedded log and the keys."
    )
    database_url: DatabaseUrl | None = Field(
        None,
        description="SQLAlchemy URL of the database, postgresql+psycopg:// or sqlite:///; without"
        " it, each service has an SQLite file in the folder `data`.",
    )
    kafka_bootstrap: Brokers | None = Field(
        None,
        description="host:port of Kafka brokers, separated by commas; without it, events go through"
        " the embedded log, a file in the folder `data`.",
    )
    currency: str = Field("CNY", description="The company's currency.")
    country: str = Field(
        "CN",
        description="The company's country (ISO 3166): a phone number without a country code is"
        " one of this country, unless its customer is in another one.",
    )
    timezone: str = Field(
        "Asia/Shanghai",
        description="The time zone of the company, in which its days begin and end.",
    )
    host: Host = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the API.")
    operations_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of the probes and metrics of the API; 0 chooses a free port.",
    )
    worker_operations_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of the probes and metrics of the worker; 0 chooses a free port.",
    )
    log_level: LogLevel = Field(
        "INFO", description="Lowest level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    identity_public_key_file: ReadableFile | None = Field(
        None,
        description="File of the gateway's public key (PEM); without it, the file `identity.pub` in"
        " the folder `data`.",
    )
    drain_seconds: float = Field(
        10, ge=0, description="Seconds that a stopping process waits for its current work."
    )
    pool_size: int = Field(
        10,
        ge=5,
        description="Database connections of a process in each of its pools.",
    )

    @classmethod
    def read(cls) -> Self:
        """Read the environment; exit with status 2 if a variable is invalid or misspelled.

        The name and fault of each such variable is written to standard error, in a line each. No
        line repeats a value, as one of them may be a password.
        """
        faults = list(unknown_variables(os.environ, cls.variables()))
        settings: Self | None = None
        try:
            settings = cls()
        except ValidationError as error:
            faults += map(cls._fault_line, error.errors(include_url=False, include_input=False))
        if settings is None or faults:
            sys.stderr.write("\n".join(["These settings cannot be used.", *sorted(faults), ""]))
            raise SystemExit(USAGE_ERROR)
        return settings

    @classmethod
    def variables(cls) -> set[str]:
        """Return the names of the environment variables that set a field."""
        prefixes = ("PATRON", cls.name.upper())
        return {f"{prefix}_{field.upper()}" for prefix in prefixes for field in cls.model_fields}

    @classmethod
    def _fault_line(cls, fault: ErrorDetails) -> str:
        """Return the name of an invalid variable, and what is wrong with its value."""
        return (
            f"{cls._variable(str(fault['loc'][0]))}: {fault['msg'].removeprefix('Value error, ')}"
        )

    @classmethod
    def _variable(cls, field: str) -> str:
        """Return the name of the environment variable that a field was read from."""
        variable = f"{cls.name}_{field}".upper()
        return variable if os.environ.get(variable) else f"PATRON_{field}".upper()

    @field_validator("currency")
    @classmethod
    def check_currency(cls, code: str) -> str:
        """Refuse a code that is not in ISO 4217."""
        if code not in CURRENCIES:
            raise ValueError("it is not in ISO 4217; use a code such as CNY")
        return code

    @field_validator("country")
    @classmethod
    def check_country(cls, code: str) -> str:
        """Refuse a code that is not in ISO 3166."""
        if code not in COUNTRIES:
            raise ValueError("it is not in ISO 3166; use a code of two letters such as CN")
        return code

    @field_validator("timezone")
    @classmethod
    def check_timezone(cls, name: str) -> str:
        """Refuse a time zone that is not in the tz database."""
        if name not in available_timezones():
            raise ValueError("it is not in the tz database; use a zone such as Asia/Shanghai")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the company."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The URL of the service's database."""
        return self.database_url or f"sqlite:///{self.data / self.name}.db"

    @property
    def identity_public_key(self) -> Path:
        """The file of the key that verifies the tokens of the gateway."""
        return self.identity_public_key_file or self.data / "identity.pub"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read variables with the service's prefix first, then those with the prefix PATRON_."""
        service_settings = EnvSettingsSource(settings_cls, env_prefix=f"{cls.name.upper()}_")
        return init_settings, service_settings, env_settings
