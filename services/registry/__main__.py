"""Commands of the registry."""

from pathlib import Path

from services.registry import worker
from services.registry.app import create_app
from services.registry.settings import Settings
from shared.commands import main
from shared.service import Service

SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    migrations=Path(__file__).parent / "migrations",
    handlers=worker.HANDLERS,
    works=worker.WORKS,
)

if __name__ == "__main__":
    main(SERVICE)
