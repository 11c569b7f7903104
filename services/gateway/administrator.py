"""The administrator's key: from the settings, or made at the first start and shown once."""

import sys

from services.gateway.api_key import service
from services.gateway.files import kept_key
from services.gateway.settings import Settings
from shared.database import Database


def ensure(database: Database, settings: Settings) -> None:
    """Let the administrator in with the key of the settings, or with the one in the file."""
    credential = _given(settings)
    if credential is None:
        credential, made = kept_key(settings.admin_key_file)
        if made:
            told = f"The administrator's API key, kept in {settings.admin_key_file}: {credential}"
            sys.stderr.write(f"{told}\n")
    with database.transaction() as session:
        service.ensure_administrator(session, credential=credential)


def _given(settings: Settings) -> str | None:
    return settings.admin_key.get_secret_value().strip() if settings.admin_key else None
