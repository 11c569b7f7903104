"""Alembic's environment for the schema of scoring."""

from services.scoring.models import Model
from shared import migrations

migrations.run(Model.metadata)
