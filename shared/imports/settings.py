"""The maximal size of an imported file: a setting of the services that import files."""

from typing import Annotated

from fastapi import Depends

from shared.http.dependencies import service_settings
from shared.settings import ServiceSettings


class FileSettings(ServiceSettings):
    """The settings that the shared code of imports reads, in any service that imports files."""

    import_limit_bytes: int


Settings = Annotated[FileSettings, Depends(service_settings)]
