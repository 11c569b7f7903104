"""Routers whose routes refuse query parameters that they do not know."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Fault, Invalid


class StrictRoute(APIRoute):
    """A route that answers 422 to a parameter it does not have, instead of ignoring it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the names of the query parameters, then handle."""
        handle = super().get_route_handler()
        known = {
            field.alias
            for field in get_flat_params(self.dependant)
            if getattr(field.field_info, "in_", None) == ParamTypes.query
        }

        async def strict(request: Request) -> Response:
            if request.scope["query_string"]:
                _refuse_unknown(request, known)
            return await handle(request)

        return strict


def _refuse_unknown(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise Invalid(
            *(
                Fault(f"query:{name[:100]}", "unknown_parameter", f"This route knows: {names}.")
                for name in unknown[:10]
            )
        )


def Router(*, prefix: str, tag: str) -> APIRouter:  # noqa: N802  it stands where a class would
    """Make the router of a noun."""
    return APIRouter(prefix=f"/v1/{prefix}", tags=[tag], route_class=StrictRoute)
