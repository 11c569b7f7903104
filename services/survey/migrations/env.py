"""Alembic's entry into the survey service's schema."""

from services.survey.customer import models as customer  # noqa: F401  its tables
from services.survey.imports import models as imports  # noqa: F401
from services.survey.models import Model
from services.survey.questionnaire import models as questionnaire  # noqa: F401
from services.survey.response import models as response  # noqa: F401
from services.survey.survey import models as survey  # noqa: F401
from shared import migrations

migrations.run(Model.metadata)
