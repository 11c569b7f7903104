"""Settings of the gateway."""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from shared.addresses import Networks, Upstream
from shared.settings import ReadableFile, ServiceSettings

_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:[1-9][0-9]*)?")
_ANY_ORIGIN: Final = "*"
MIN_KEY_CHARACTERS: Final = 24
"""The shortest key of the administrator; 24 hexadecimal digits have 96 random bits."""
_OWN_PORTS: Final = (("http://", ":80"), ("https://", ":443"))


def _origins(value: Any) -> Any:
    """Return the origins in a text, which are separated by commas.

    Raises ValueError for an origin that is not written as browsers write it in the header Origin,
    which is compared letter by letter, and for `null`, which a page of any origin can send.
    """
    if not isinstance(value, str):
        return value
    origins = tuple(origin.strip() for origin in value.split(","))
    if origins == (_ANY_ORIGIN,):
        return origins
    for number, origin in enumerate(origins, 1):
        has_own_port = any(origin.startswith(a) and origin.endswith(b) for a, b in _OWN_PORTS)
        if has_own_port or not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"number {number} is no origin as browsers send it; write scheme, host and port in "
                "lower case, without a path, a final slash or the scheme's own port: "
                "https://crm.example.com, http://localhost:5173; or only * for every origin"
            )
    return origins


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
"""Origins of web pages; in the environment they are separated by commas."""


class Settings(ServiceSettings):
    """The settings of the gateway, read from GATEWAY_* or PATRON_*."""

    name: ClassVar[str] = "gateway"

    registry_url: Upstream = Field("http://127.0.0.1:8001", description="Address of the registry.")
    survey_url: Upstream = Field(
        "http://127.0.0.1:8002", description="Address of the survey service."
    )
    scoring_url: Upstream = Field("http://127.0.0.1:8003", description="Address of scoring.")
    admin_key: SecretStr | None = Field(
        None,
        description=f"The administrator's API key, {MIN_KEY_CHARACTERS} characters at least, such"
        " as the output of `openssl rand -hex 24`; absent: created and stored in `data`/admin.key.",
    )
    identity_private_key_file: ReadableFile | None = Field(
        None, description="The key that signs identities (PEM); absent: `data`/identity.key."
    )
    trusted_edges: Networks | None = Field(
        None,
        description="Addresses or networks of the proxies in front of the gateway, separated by "
        "commas: their X-Forwarded-For and -Proto are trusted.",
    )
    cors_origins: Origins = Field(
        (),
        description="Origins of the web pages that may call the API from a browser, separated by "
        "commas, such as https://crm.example.com; * allows every page that has an API key.",
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

    @field_validator("admin_key")
    @classmethod
    def check_admin_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Refuse a key that can be guessed, or that a header cannot carry."""
        text = key.get_secret_value().strip() if key else None
        if text is None:
            return None
        if len(text) < MIN_KEY_CHARACTERS:
            raise ValueError(
                f"it is shorter than {MIN_KEY_CHARACTERS} characters; set a new one, such as the "
                "output of openssl rand -hex 24, and give it to those who use the old one: the old "
                "one ends when the gateway starts"
            )
        if not (text.isascii() and text.isprintable() and " " not in text):
            raise ValueError("it has characters other than ASCII letters, digits and signs")
        return key

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
