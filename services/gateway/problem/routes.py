"""HTTP routes of the catalogue of errors."""

from fastapi import Request
from starlette.responses import Response

from services.gateway.problem.schemas import CatalogueEntryOut, CataloguePage
from shared.http.answers import errors, json_response
from shared.http.routing import Router

router = Router(
    prefix="problems",
    tag="problems",
    about="The catalogue of errors (错误代码): every code, what it means and what to do.",
)


@router.get("", response_model=CataloguePage, responses=errors())
async def list_problems(request: Request) -> Response:
    """List every code of problems and faults. Every key may read it, whatever its scopes.

    The list has one page: `next` is always null. More codes are added with new releases, so a
    client treats an unknown code by the status of the problem.
    """
    entries = [CatalogueEntryOut.model_validate(entry) for entry in request.app.state.catalogue]
    return json_response(CataloguePage(items=entries, next=None))
