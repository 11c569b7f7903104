"""Alembic's environment for the survey service's schema."""

from services.survey.models import Model
from shared import migrations

migrations.run(Model.metadata)
