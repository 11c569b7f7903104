"""Settings of the gateway."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of the gateway, read from GATEWAY_* or PATRON_*."""

    name: ClassVar[str] = "gateway"

    registry_url: str = Field("http://127.0.0.1:8001", description="Address of the registry.")
    survey_url: str = Field("http://127.0.0.1:8002", description="Address of the survey service.")
    scoring_url: str = Field("http://127.0.0.1:8003", description="Address of scoring.")
    admin_key: SecretStr | None = Field(
        None,
        description="The administrator's API key; absent: created and stored in `data`/admin.key.",
    )
    identity_private_key_file: Path | None = Field(
        None, description="The key that signs identities (PEM); absent: `data`/identity.key."
    )
    trusted_edges: str | None = Field(
        None,
        description="Addresses or networks of the proxies in front of the gateway, separated by "
        "commas: their X-Forwarded-For and -Proto are trusted.",
    )
    body_limit_bytes: int = Field(
        1024**2, ge=1024, description="Largest body of a request that is no import, in bytes."
    )
    import_quota_bytes: int = Field(
        20 * 1024**3,
        ge=1024,
        description="Maximum bytes of files that one key may send in an hour.",
    )
    imports_at_once: int = Field(
        8, ge=1, description="Maximum number of files that one key may send at once."
    )
    imports_of_all_at_once: int = Field(
        64,
        ge=1,
        description="Maximum number of files sent at once by all keys; each needs a connection.",
    )
    header_limit_bytes: int = Field(
        16 * 1024, ge=1024, description="Maximum bytes of the headers of one request."
    )
    header_seconds: float = Field(
        10, gt=0, description="How long the headers of one request may take to arrive."
    )
    body_seconds: float = Field(
        30,
        gt=0,
        description="Longest wait for a piece of a body; a sender slower than 1 KiB/s is cut off.",
    )
    upstream_seconds: float = Field(
        30, gt=0, description="How long a service may be silent before the gateway answers 504."
    )
    upstream_connections: int = Field(
        256, ge=1, description="Maximum number of connections to all services together."
    )

    @property
    def identity_private_key(self) -> Path:
        """The file of the key that signs identities."""
        return self.identity_private_key_file or self.data / "identity.key"

    @property
    def admin_key_file(self) -> Path:
        """The file in which a generated key of the administrator is stored."""
        return self.data / "admin.key"

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each service."""
        return {
            "registry": self.registry_url.rstrip("/"),
            "survey": self.survey_url.rstrip("/"),
            "scoring": self.scoring_url.rstrip("/"),
        }
