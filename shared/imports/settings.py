"""The maximal size of an imported file: a setting of the services that import files."""

from typing import Annotated

from fastapi import Depends

from shared.http.dependencies import service_settings
from shared.settings import ServiceSettings


class FileSettings(ServiceSettings):
    """The settings of a service that imports files; shared code reads `import_limit_bytes`."""

    import_limit_bytes: int


Settings = Annotated[FileSettings, Depends(service_settings)]
