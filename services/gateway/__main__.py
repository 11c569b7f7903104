"""Commands of the gateway."""

from pathlib import Path

from services.gateway import administrator
from services.gateway.app import create_app, guard
from services.gateway.identity import keys
from services.gateway.protocol import guarded_by
from services.gateway.settings import Settings
from shared.database import Database
from shared.service import Service, main


def migrate(settings: Settings) -> None:
    """Bring the schema to its newest version, and make the keys that are missing."""
    SERVICE.migrate(settings)
    keys.ensure(settings.identity_private_key, settings.identity_public_key)
    database = Database(settings.database, schema=settings.name)
    administrator.ensure(database, settings)
    database.close()


SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations",
    guard=guard,
    server=lambda settings: {"http": guarded_by(settings), "ws": "none"},
    commands={"migrate": migrate},
)

if __name__ == "__main__":
    main(SERVICE)
