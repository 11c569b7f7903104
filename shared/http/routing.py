"""Routers whose routes refuse input that FastAPI would ignore."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.errors import Fault, Invalid
from shared.http.conditional import answer_to_read
from shared.http.json_names import UniqueJsonNamesRequest


class StrictRoute(APIRoute):
    """A route that refuses input that FastAPI would ignore, and answers conditional reads.

    Unknown and repeated query parameters are answered with 422, and a JSON body in which an object
    has a name twice with 400. A GET has an ETag and is answered with 304 if nothing has changed.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which checks the query first and refuses repeated JSON names."""
        handle = super().get_route_handler()
        known = set(_query_parameters(self.dependant))

        async def checked(request: Request) -> Response:
            """Handle a request whose query is valid and whose JSON objects have no name twice."""
            if request.scope["query_string"]:
                _check_query(request, known)
            response = await handle(UniqueJsonNamesRequest(request.scope, request.receive))
            return answer_to_read(request, response)

        return checked


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters of a route and its dependencies.

    A filter model (`shared.http.schemas.Filter`) contributes the name of each field.
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
    """Raise Invalid if the query has an unknown or repeated parameter, or a NUL in a value."""
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a path does not support a method, and what to use instead; `code` is for programs."""

    code: str
    detail: str


class Router(APIRouter):
    """A router whose paths begin with `/v1/<prefix>`.

    The operations of the router have the tag `tag` in the OpenAPI document, and `about` is the
    description of the tag. `dependencies` apply to each of its routes.
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
        self.refusals: dict[tuple[str, str], Refusal] = {}

    def refuse(self, method: str, path: str, refusal: Refusal) -> None:
        """Explain why a path, which has routes for other methods only, does not support a method.

        The answer is a 405 with this explanation. The method is neither in `Allow` nor in the
        OpenAPI document, so generated clients have no operation that always fails.
        """
        self.refusals[method, f"{self.prefix}{path}"] = refusal


class PageRouter(APIRouter):
    """A router of HTML pages, which people open by links: unknown query parameters are ignored.

    `tag` and `about` are the name and the description of the tag in the OpenAPI document.
    """

    def __init__(self, *, prefix: str, tag: str, about: str) -> None:
        super().__init__(prefix=prefix, tags=[tag], default_response_class=HTMLResponse)
        self.described = {"name": tag, "description": about}
