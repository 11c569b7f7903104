"""Settings of the scoring service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What scoring can be told: SCORING_* or PATRON_*."""

    name: ClassVar[str] = "scoring"

    port: int = Field(8003, ge=0, le=65535, description="Port of the API.")
    settle_after_seconds: float = Field(
        5, ge=0, description="Quiet time after the last change before classes are cut anew."
    )
    settle_within_seconds: float = Field(
        60, ge=0, description="Longest time that changes wait for that quiet."
    )
