"""Commands of the gateway."""

from services.gateway.app import create_app, guard
from services.gateway.protocol import server_options
from services.gateway.settings import Settings
from shared.commands import main
from shared.service import Service

SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    guard=guard,
    server=server_options,
)

if __name__ == "__main__":
    main(SERVICE)
