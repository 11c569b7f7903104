"""What a service that takes files has to be told, beside what all are told."""

from typing import Annotated

from fastapi import Depends

from shared.http.dependencies import given_settings
from shared.settings import ServiceSettings


class FileSettings(ServiceSettings):
    """Settings of a service that takes files."""

    import_limit_bytes: int


Settings = Annotated[FileSettings, Depends(given_settings)]
