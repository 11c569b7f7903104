"""Every SELECT on value models."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.modelling.value_model.domain import (
    ModelState,
    ValueModel,
    model_at,
    rules_from,
)
from services.scoring.modelling.value_model.filters import ValueModelFilter
from services.scoring.modelling.value_model.models import StoredModel
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice


def model_for(session: Session, moment: datetime) -> ValueModel:
    """Return the value model that applies to figures as of the time `moment`."""
    return model_at([value_model(row) for row in session.scalars(select(StoredModel))], moment)


MODELS = Listing(
    id=StoredModel.id,
    sorts={"id": [StoredModel.id, StoredModel.version]},
    default="id",
    columns={"state": StoredModel.state},
    facets=("state",),
)
"""The list of all versions of all value models."""


def models(session: Session, filters: ValueModelFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the versions of all value models that the filters match."""
    return MODELS.page(session, select(StoredModel), paging=paging, filters=filters)


def latest_version(session: Session, model_id: UUID) -> StoredModel | None:
    """Return the newest version of a value model, or None if no model has this id."""
    versions = select(StoredModel).where(StoredModel.id == model_id)
    return session.scalars(versions.order_by(StoredModel.version.desc()).limit(1)).first()


def value_model(row: StoredModel) -> ValueModel:
    """Return a row as a value model, with its rules parsed."""
    return ValueModel(
        model_id=row.id,
        version=row.version,
        state=ModelState(row.state),
        active_from=row.active_from,
        retired_at=row.retired_at,
        rules=rules_from(row.document),
    )
