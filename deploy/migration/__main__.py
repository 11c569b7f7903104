"""`python -m deploy.migration SERVICE MESSAGE` writes the migration that a service lacks.

Alembic compares the service's models with an empty SQLite database on which all its migrations
have run. Read the file that it writes: to a program, a renamed column is one that is dropped and
another that is added, and a dropped column has the type that SQLite reports.
"""

import argparse
import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.script import Script

from shared import migrations
from shared.database import Database
from shared.models import SharedModel
from shared.service import Service


def write(service: Service, message: str) -> Path | None:
    """Write the next migration and return its path; None if the models ask for no change."""
    name = service.settings.name
    config = Config(Path(__file__).with_name("alembic.ini"))
    versions = str(service.migrations / "versions")
    config.set_main_option("version_locations", versions.replace("%", "%%"))
    models = importlib.import_module(f"services.{name}.models").Model
    config.attributes["metadata"] = [models.metadata, SharedModel.metadata]
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/migrated.db", schema=name)
        migrations.upgrade(database, service.migrations)
        with database.connection() as connection:
            config.attributes["connection"] = connection
            script = command.revision(config, message, autogenerate=True)
        database.close()
    return Path(script.path) if isinstance(script, Script) else None


def main() -> int:
    """Write the migration; return 0 if there is one, 1 if there was nothing to write."""
    parser = argparse.ArgumentParser(prog="python -m deploy.migration", description=__doc__)
    parser.add_argument("service", choices=("registry", "survey", "scoring", "gateway"))
    parser.add_argument("message", help="what the migration does, as in: customers get tags")
    given = parser.parse_args()
    service = importlib.import_module(f"services.{given.service}.__main__").SERVICE
    if write(service, given.message):
        return 0
    print(f"Nothing to write: the migrations of {given.service} make what its models describe.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
