"""Settings of the registry."""

from typing import ClassVar

from pydantic import Field

from shared.imports.settings import FileSettings


class Settings(FileSettings):
    """Settings of the registry, from the environment: REGISTRY_* or PATRON_*."""

    name: ClassVar[str] = "registry"

    port: int = Field(8001, ge=0, le=65535, description="Port of the API.")
    import_limit_bytes: int = Field(
        2 * 1024**3, ge=1, description="Maximal size in bytes of a file to import."
    )
