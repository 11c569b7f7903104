"""HTTP routes of value models."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from services.scoring.modelling.value_model import repository
from services.scoring.modelling.value_model.filters import ValueModelFilter
from services.scoring.modelling.value_model.schemas import (
    ValueModelOut,
    ValueModelPage,
    value_model_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import Reading
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="value-models",
    tag="value models",
    about="The rules by which figures are computed (价值模型), as data.",
)

UNKNOWN = "No value model has this id."

ModelId = Annotated[
    UUID,
    Path(description="Id of the model, from the field `model` of a score or a portfolio figure."),
]


@router.get("", response_model=ValueModelPage, responses=errors())
def list_value_models(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.MODELS, ValueModelPage)],
    filters: Annotated[ValueModelFilter, Query()],
) -> Response:
    """List the versions of all value models, oldest first."""
    found = repository.models(session, filters, paging=paging)
    return answer_page(ValueModelPage, value_model_out, found, paging)


@router.get("/{model_id}", response_model=ValueModelOut, responses=errors(404))
def read_value_model(model_id: ModelId, session: Reading) -> Response:
    """Read the newest version of a value model."""
    row = found_or_404(repository.latest_version(session, model_id), UNKNOWN)
    return json_response(value_model_out(row))
