"""Settings of a service: frozen, read from the environment once, at start."""

import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.money import CURRENCIES

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(str.upper)
]


class ServiceSettings(BaseSettings):
    """What a service can be told: `PATRON_<FIELD>` for all, `<SERVICE>_<FIELD>` for one."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PATRON_", env_ignore_empty=True, populate_by_name=True
    )

    name: ClassVar[str]

    data: Path = Field(Path("var"), description="Folder of the embedded databases, log and keys.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; absent: SQLite, one file per service under `data`."
    )
    kafka_bootstrap: str | None = Field(
        None, description="host:port of Kafka brokers; absent: the embedded log under `data`."
    )
    currency: str = Field("CNY", description="The company's currency.")
    timezone: str = Field("Asia/Shanghai", description="The business zone: days are local to it.")
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of the API.")
    operations_port: int = Field(
        0, ge=0, le=65535, description="Port of the API's probes and metrics; 0: any free one."
    )
    worker_operations_port: int = Field(0, ge=0, le=65535, description="The same of the worker.")
    log_level: LogLevel = Field(
        "INFO", description="Least level logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )
    identity_public_key_file: Path | None = Field(
        None, description="The gateway's public key (PEM); absent: `data`/identity.pub."
    )
    drain_seconds: float = Field(10, description="How long a stop waits for work in hand.")
    pool_size: int = Field(
        10,
        ge=5,
        description="Database connections that a process keeps, for each way of using them.",
    )

    @classmethod
    def read(cls) -> Self:
        """Read the environment; SystemExit names each variable that cannot be used, not its value.

        A value may be a password.
        """
        try:
            return cls()
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            lines = [f"{cls._variable(str(one['loc'][0]))}: {one['msg']}" for one in found]
            raise SystemExit("\n".join(["These settings cannot be used.", *lines])) from None

    @classmethod
    def _variable(cls, field: str) -> str:
        own = f"{cls.name}_{field}".upper()
        return own if os.environ.get(own) else f"PATRON_{field}".upper()

    @field_validator("currency")
    @classmethod
    def known_currency(cls, code: str) -> str:
        """Refuse a code that ISO 4217 does not have."""
        if code not in CURRENCIES:
            raise ValueError("ISO 4217 does not have it; write e.g. CNY")
        return code

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        """Refuse a zone that the tz database does not know."""
        if name not in available_timezones():
            raise ValueError("the tz database does not know it; write e.g. Asia/Shanghai")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The URL of the service's database."""
        return self.database_url or f"sqlite:///{self.data / self.name}.db"

    @property
    def identity_public_key(self) -> Path:
        """The file of the key that checks the gateway's tokens."""
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
        """Look under the service's own prefix first, then under PATRON_."""
        own = EnvSettingsSource(settings_cls, env_prefix=f"{cls.name.upper()}_")
        return init_settings, own, env_settings
