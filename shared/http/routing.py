"""Routers whose routes refuse what they would ignore: unknown parameters, whatever comes twice."""

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Depends, ParamTypes
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Fault, Invalid
from shared.http.json_names import NamedOnceRequest


class StrictRoute(APIRoute):
    """A route that refuses a parameter, or a name in its JSON, that it would otherwise ignore."""

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
                _check_names(request, known)
            return await handle(NamedOnceRequest(request.scope, request.receive))

        return strict


def _check_names(request: Request, known: set[str]) -> None:
    given = Counter(name for name, _ in request.query_params.multi_items())
    names = ", ".join(sorted(known)) or "none"
    faults = [
        Fault(f"query:{name[:100]}", "unknown_parameter", f"This route knows: {names}.")
        for name in sorted(given.keys() - known)[:10]
    ]
    faults += [
        Fault(f"query:{name}", "repeated_parameter", "Give it once.")
        for name in sorted(known)
        if given[name] > 1
    ]
    faults += [
        Fault(f"query:{name}", "nul", "Leave out the character NUL.")
        for name, value in request.query_params.multi_items()
        if "\x00" in value and name in known
    ]
    if faults:
        raise Invalid(*faults)


class Router(APIRouter):
    """The router of a noun; `about` tells in the documents what that is."""

    def __init__(
        self, *, prefix: str, tag: str, about: str, dependencies: Sequence[Depends] = ()
    ) -> None:
        super().__init__(
            prefix=f"/v1/{prefix}",
            tags=[tag],
            route_class=StrictRoute,
            dependencies=list(dependencies),
        )
        self.described = {"name": tag, "description": about}
