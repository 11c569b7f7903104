"""Commands of the registry."""

from services.registry.app import create_app
from services.registry.settings import Settings
from services.registry.worker import WORKS, handlers, loops
from shared.commands import main
from shared.service import Service

SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    handlers=handlers,
    works=WORKS,
    extra_loops=loops,
)

if __name__ == "__main__":
    main(SERVICE)
