"""The administrator's API key: from the settings, or created at the first start and shown once."""

import sys

from services.gateway.api_key import service
from services.gateway.files import read_or_create_key
from services.gateway.settings import Settings
from shared.database import Database


def ensure(database: Database, settings: Settings) -> None:
    """Store the administrator's key: that of the settings, or else that of `admin_key_file`.

    The file is created, and the key written to stderr, if it does not exist.
    """
    credential = _key_of_settings(settings)
    if credential is None:
        credential, created = read_or_create_key(settings.admin_key_file)
        if created:
            file = settings.admin_key_file
            sys.stderr.write(f"The administrator's API key, stored in {file}: {credential}\n")
    with database.transaction() as session:
        service.ensure_administrator(session, credential=credential)


def _key_of_settings(settings: Settings) -> str | None:
    return settings.admin_key.get_secret_value().strip() if settings.admin_key else None
