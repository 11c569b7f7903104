"""Commands of the gateway."""

from services.gateway.app import create_app, guard
from services.gateway.protocol import server_options
from services.gateway.settings import Settings
from services.gateway.team import publication as team
from services.gateway.user import publication as user
from services.gateway.worker import handlers
from shared.commands import main
from shared.service import Service

PUBLICATIONS = (user.PUBLICATION, team.PUBLICATION)
"""The publications of the gateway."""

SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    handlers=handlers,
    publications=PUBLICATIONS,
    guard=guard,
    server=server_options,
)

if __name__ == "__main__":
    main(SERVICE)
