"""The administrator's API key: from the settings, or created at the first start and shown once."""

import sys

from services.gateway.api_key import service
from services.gateway.files import read_or_create_key
from services.gateway.settings import Settings
from shared.database import Database


def ensure_key(database: Database, settings: Settings) -> None:
    """Store the digest of the administrator's API key in the database.

    The key is the setting `admin_key` or, if that is not set, the content of `admin_key_file`. If
    the file does not exist, it is created with a new key, and the key is written to stderr.
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
    """Return the administrator's key from the settings, or None if it is not set."""
    return settings.admin_key.get_secret_value().strip() if settings.admin_key else None
