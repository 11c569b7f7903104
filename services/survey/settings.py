"""Settings of the survey service."""

from typing import ClassVar

from pydantic import Field

from shared.imports.settings import FileSettings


class Settings(FileSettings):
    """The survey service's settings.

    The settings are read from environment variables: SURVEY_<NAME>, or else PATRON_<NAME>.
    """

    name: ClassVar[str] = "survey"

    port: int = Field(8002, ge=0, le=65535, description="Port of the API.")
    import_limit_bytes: int = Field(
        512 * 1024**2, ge=1, description="Largest file that an import accepts."
    )
