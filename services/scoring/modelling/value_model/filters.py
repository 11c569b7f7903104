"""The query parameters that filter the list of value models."""

from pydantic import Field

from services.scoring.modelling.value_model.domain import ModelState
from shared.http.schemas import Filter


class ValueModelFilter(Filter):
    """Filters of the list of value models."""

    state: ModelState | None = Field(None, description="Only versions in this state.")
