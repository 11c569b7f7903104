"""Alembic's entry into the registry's schema."""

from services.registry.models import Model
from shared import migrations

migrations.run(Model.metadata)
