"""The survey service's commands: `python -m services.survey {serve|work|migrate|...}`."""

from services.survey.app import create_app
from services.survey.settings import Settings
from services.survey.worker import WORKS, handlers
from shared.commands import main
from shared.service import Service

SERVICE = Service(settings=Settings, create_app=create_app, handlers=handlers, works=WORKS)

if __name__ == "__main__":
    main(SERVICE)
