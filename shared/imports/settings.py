"""How large a file may be: a setting of the services that take files."""

from typing import Annotated

from fastapi import Depends

from shared.http.dependencies import given_settings
from shared.settings import ServiceSettings


class FileSettings(ServiceSettings):
    """The settings that the routes and the work of imports read, whichever service theirs are."""

    import_limit_bytes: int


Settings = Annotated[FileSettings, Depends(given_settings)]
