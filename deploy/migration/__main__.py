"""Write a service's next migration: `python -m deploy.migration SERVICE MESSAGE`.

Alembic compares the service's models with an empty SQLite database on which all existing
migrations have run, and writes the differences to a file. Check that file: Alembic cannot see that
a column was renamed, it drops the old column and adds the new one. When it drops a column, it
writes the type that SQLite reports, which may differ from the type in the models.
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
from shared.packages import module_names
from shared.service import Service


def write(service: Service, message: str) -> Path | None:
    """Write the next migration and return its path; None if no model has changed."""
    name = service.settings.name
    config = Config(Path(__file__).with_name("alembic.ini"))
    versions = str(service.migrations / "versions")
    config.set_main_option("version_locations", versions.replace("%", "%%"))
    import_models(name)
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


def import_models(service: str) -> None:
    """Import every module `models` of a service, so that the metadata has all its tables."""
    for name in module_names(importlib.import_module(f"services.{service}"), "models"):
        importlib.import_module(name)


def main() -> int:
    """Write the migration; return exit code 0, or 1 if there is nothing to write."""
    parser = argparse.ArgumentParser(prog="python -m deploy.migration", description=__doc__)
    parser.add_argument("service", choices=("registry", "survey", "scoring", "gateway"))
    parser.add_argument("message", help="what the migration does, such as: customers get tags")
    arguments = parser.parse_args()
    service = importlib.import_module(f"services.{arguments.service}.__main__").SERVICE
    if write(service, arguments.message):
        return 0
    print(f"Nothing to write: the migrations of {arguments.service} match its models.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
