"""Commands of the registry."""

from services.registry.app import create_app
from services.registry.settings import Settings
from services.registry.worker import WORKS
from shared.commands import main
from shared.service import Service

SERVICE = Service(settings=Settings, create_app=create_app, works=WORKS)

if __name__ == "__main__":
    main(SERVICE)
