"""Commands of the survey service."""

from pathlib import Path

from services.survey import worker
from services.survey.app import create_app
from services.survey.settings import Settings
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
