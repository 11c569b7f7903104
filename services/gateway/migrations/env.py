"""Alembic's environment for the gateway's schema."""

from services.gateway.models import Model
from shared import migrations

migrations.run(Model.metadata)
