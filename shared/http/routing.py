"""Routers whose routes refuse input that FastAPI would ignore."""

import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends, Form
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.errors import Fault, Invalid, MethodNotAllowed, UnsupportedMediaType
from shared.faults import NUL
from shared.http.conditional import answer_to_read
from shared.http.faults import REPEATED_PARAMETER, UNKNOWN_PARAMETER
from shared.http.json_names import StrictJsonRequest

_JSON: Final = "application/json"
_JSON_SUFFIX: Final = re.compile(r"application/[^\s/]+\+json")
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


class StrictRoute(APIRoute):
    """A route that refuses input that FastAPI would ignore, and answers conditional reads.

    Unknown and repeated query parameters are answered with 422, a body with another content type
    than the route reads with 415, and a JSON body in which an object has a name twice with 400.
    A GET has an ETag and is answered with 304 if nothing has changed.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which checks the query and the content type first."""
        handle = super().get_route_handler()
        known = set(_query_parameters(self.dependant))
        media_types = _media_types(self)

        async def checked(request: Request) -> Response:
            """Check the path, the query and the content type, then handle the request."""
            _refuse_path_of_another_route(request, self.path)
            if request.scope["query_string"]:
                _check_query(request, known)
            if media_types:
                _check_content_type(request, media_types)
            response = await handle(StrictJsonRequest(request.scope, request.receive))
            return answer_to_read(request, response)

        return checked


def _refuse_path_of_another_route(request: Request, template: str) -> None:
    """Raise an HTTPException (405) if the path belongs to a route with fixed text in its place.

    `PATCH /v1/questionnaires/templates` matches a route with the parameter `{questionnaire_id}`,
    because the route of the templates has no PATCH.
    """
    paths = request.app.state.paths
    if template in paths.ambiguous and paths.template(request.scope["path"]) != template:
        raise HTTPException(MethodNotAllowed.status)


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


def _media_types(route: APIRoute) -> tuple[str, ...]:
    """Return the content types that the body of a route may have; () if the route has no body."""
    if route.body_field is None:
        return ()
    return _FORMS if isinstance(route.body_field.field_info, Form) else (_JSON,)


def _check_content_type(request: Request, media_types: tuple[str, ...]) -> None:
    """Raise UnsupportedMediaType if the request has a body of another content type.

    A JSON body may also have a type that ends with +json, such as application/merge-patch+json.
    """
    has_body = request.headers.get("content-length", "0") != "0"
    if not has_body and "transfer-encoding" not in request.headers:
        return
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in media_types and not (_JSON in media_types and _JSON_SUFFIX.fullmatch(sent)):
        raise UnsupportedMediaType(detail=f"Send Content-Type: {' or '.join(media_types)}.")


def _check_query(request: Request, known: set[str]) -> None:
    """Raise Invalid if the query has an unknown or repeated parameter, or a NUL in a value."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    allowed = sorted(known)
    advice = "This route knows: {allowed}." if known else "This route knows no parameters."
    faults = [
        Fault(f"query:{name[:100]}", UNKNOWN_PARAMETER, advice, allowed=allowed)
        for name in sorted(counts.keys() - known)[:10]
    ]
    faults += [
        Fault(f"query:{name}", REPEATED_PARAMETER) for name in sorted(known) if counts[name] > 1
    ]
    faults += [
        Fault(f"query:{name}", NUL)
        for name, value in request.query_params.multi_items()
        if "\x00" in value and name in known
    ]
    if faults:
        raise Invalid(*faults)


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
        self.refusals: dict[tuple[str, str], type[MethodNotAllowed]] = {}

    def refuse(self, method: str, path: str, refusal: type[MethodNotAllowed]) -> None:
        """Explain why a path, which has routes for other methods only, does not support a method.

        The answer is a 405 with the texts of `refusal`. The method is neither in `Allow` nor in the
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
