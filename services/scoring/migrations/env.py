"""Alembic's entry into the schema of scoring."""

from services.scoring.customer import models as customer  # noqa: F401  its tables
from services.scoring.fact import models as fact  # noqa: F401  its tables
from services.scoring.index import models as index  # noqa: F401  its tables
from services.scoring.model import models as model  # noqa: F401  its tables
from services.scoring.models import Model
from services.scoring.portfolio import models as portfolio  # noqa: F401  its tables
from services.scoring.rate import models as rate  # noqa: F401  its tables
from services.scoring.score import models as score  # noqa: F401  its tables
from shared import migrations

migrations.run(Model.metadata)
