"""The command line of the scoring service: `python -m services.scoring <command>`."""

from services.scoring import worker
from services.scoring.app import create_app
from services.scoring.figures.portfolio.recompute import recompute
from services.scoring.settings import Settings
from shared.commands import main
from shared.service import Service

SERVICE = Service(
    settings=Settings,
    create_app=create_app,
    handlers=worker.handlers,
    publications=worker.PUBLICATIONS,
    digests=worker.DIGESTS,
    extra_loops=worker.loops,
    commands={"recompute": recompute},
)

if __name__ == "__main__":
    main(SERVICE)
