"""Alembic's environment for the registry's schema."""

from services.registry.models import Model
from shared import migrations

migrations.run(Model.metadata)
