"""Alembic's entry into the registry's schema."""

from services.registry.customer import models as customer  # noqa: F401  its tables
from services.registry.imports import models as imports  # noqa: F401
from services.registry.models import Model
from services.registry.order import models as order  # noqa: F401
from services.registry.product import models as product  # noqa: F401
from shared import migrations

migrations.run(Model.metadata)
