"""The administrator's key: from the settings, or made at the first start and shown once."""

import secrets
import sys

from services.gateway.api_key import service
from services.gateway.files import OWNER_ONLY, put_once
from services.gateway.settings import Settings
from shared.database import Database


def ensure(database: Database, settings: Settings) -> None:
    """Let the administrator in with the key of the settings, or with the one in the file."""
    credential = _given(settings) or _kept(settings)
    with database.transaction() as session:
        service.ensure_administrator(session, credential=credential)


def _given(settings: Settings) -> str | None:
    return settings.admin_key.get_secret_value().strip() if settings.admin_key else None


def _kept(settings: Settings) -> str:
    file = settings.admin_key_file
    if not file.exists():
        put_once(file, f"patron_{secrets.token_urlsafe(32)}\n".encode(), OWNER_ONLY)
        shown = file.read_text().strip()
        sys.stderr.write(f"The administrator's API key, kept in {file}: {shown}\n")
    return file.read_text().strip()
