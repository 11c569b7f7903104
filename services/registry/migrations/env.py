"""Alembic's entry into the registry's schema."""

from services.registry.customer import models as customer  # noqa: F401  its tables
from services.registry.models import Model
from shared import migrations

migrations.run(Model.metadata)
