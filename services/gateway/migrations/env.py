"""Alembic's entry into the gateway's schema."""

from services.gateway.api_key import models as api_key  # noqa: F401  its tables
from services.gateway.models import Model
from shared import migrations

migrations.run(Model.metadata)
