"""Settings of the scoring service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings from the environment: SCORING_* or else PATRON_*."""

    name: ClassVar[str] = "scoring"

    port: int = Field(8003, ge=0, le=65535, description="Port of the API.")
    settle_after_seconds: float = Field(
        5, ge=0, description="Seconds without a change after which classes are computed again."
    )
    settle_within_seconds: float = Field(
        60,
        ge=0,
        description="Seconds after which classes are computed again even if changes do not pause.",
    )
