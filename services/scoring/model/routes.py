"""HTTP door of value models."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from starlette.responses import Response

from services.scoring.model import repository
from services.scoring.model.schemas import ValueModelBody, ValueModelPage, model_body
from shared.errors import existing
from shared.http.answers import answer, errors
from shared.http.dependencies import Reading
from shared.http.pagination import Paging, link
from shared.http.routing import Router

router = Router(
    prefix="value-models",
    tag="value models",
    about="The rules that figures rest on (价值模型), as data.",
)

ModelId = Annotated[UUID, Path(description="The model's id, as scores and portfolios name it.")]


@router.get("", response_model=ValueModelPage, responses=errors())
def list_value_models(session: Reading, paging: Paging) -> Response:
    """List the versions of all value models, oldest first."""
    found = repository.models(session, paging=paging)
    body = ValueModelPage(items=[model_body(row) for row in found.rows], next=found.next)
    return answer(body, headers=link(paging, found.next))


@router.get("/{model_id}", response_model=ValueModelBody, responses=errors(404))
def read_value_model(model_id: ModelId, session: Reading) -> Response:
    """Read the newest version of a value model."""
    row = existing(repository.latest_version(session, model_id), "No value model has this id.")
    return answer(model_body(row))
