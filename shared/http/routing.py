"""Routers of nouns, whose routes refuse input that FastAPI would ignore."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Fault, Invalid
from shared.http.json_names import UniqueNamesRequest


class StrictRoute(APIRoute):
    """A route that refuses with 422 what FastAPI would ignore.

    That is a query parameter that it does not know, a parameter given twice, and a name that
    stands twice in an object of a JSON body.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, preceded by the check of its query parameters."""
        handle = super().get_route_handler()
        known = set(_query_parameters(self.dependant))

        async def checked(request: Request) -> Response:
            if request.scope["query_string"]:
                _check_query(request, known)
            return await handle(UniqueNamesRequest(request.scope, request.receive))

        return checked


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters of a route, of their models and dependencies.

    A model that is asked for with `Query()` (`shared.http.schemas.Filter`) stands for its fields.
    """
    for parameter in dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _query_parameters(dependency)


def _check_query(request: Request, known: set[str]) -> None:
    """Raise Invalid where the query has an unknown parameter, one given twice, or a NUL."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    names = ", ".join(sorted(known)) or "none"
    faults = [
        Fault(f"query:{name[:100]}", "unknown_parameter", f"This route knows: {names}.")
        for name in sorted(counts.keys() - known)[:10]
    ]
    faults += [
        Fault(f"query:{name}", "repeated_parameter", "Give it once.")
        for name in sorted(known)
        if counts[name] > 1
    ]
    faults += [
        Fault(f"query:{name}", "nul", "Leave out the character NUL.")
        for name, value in request.query_params.multi_items()
        if "\x00" in value and name in known
    ]
    if faults:
        raise Invalid(*faults)


class Router(APIRouter):
    """The router of a noun, whose paths begin with `/v1/<prefix>`.

    `tag` groups its operations in the OpenAPI document, where `about` describes them;
    `dependencies` are solved for each of its routes.
    """

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
