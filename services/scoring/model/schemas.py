"""Bodies of value models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.scoring.model.domain import State
from services.scoring.model.models import StoredModel
from shared.http.schemas import Body, Page


class ValueModelBody(Body):
    """One version of a value model (评价模型): every number that scores rest on."""

    id: UUID
    version: int
    state: State
    active_from: datetime
    retired_at: datetime | None
    rules: dict[str, Any] = Field(description="Name, terms, silence, rungs and cuts, as data.")


class ValueModelPage(Page[ValueModelBody]):
    """Versions of value models."""


def model_body(row: StoredModel) -> ValueModelBody:
    """Write one version."""
    return ValueModelBody(
        id=row.id,
        version=row.version,
        state=State(row.state),
        active_from=row.active_from,
        retired_at=row.retired_at,
        rules=row.document,
    )
