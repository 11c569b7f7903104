"""Routers whose routes refuse input that FastAPI would ignore."""

import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args
from uuid import UUID

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.catalogue import FaultCode
from shared.errors import MAX_FAULTS, BadRequest, Fault, Invalid, MethodNotAllowed
from shared.faults import BOOLEAN_EXPECTED, INTEGER_EXPECTED, MALFORMED_UUID, NUL
from shared.http.conditional import answer_to_read
from shared.http.faults import NO_CONDITIONS, REPEATED_PARAMETER, UNKNOWN_PARAMETER
from shared.http.media_types import check_body_headers, media_types_of_route
from shared.http.paths import segment_text
from shared.http.strict_forms import StrictRequest
from shared.ids import WRITTEN_ID

_CONDITIONS: Final = ("If-Match", "If-None-Match")


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a value is written, and the code of a fault if it is written otherwise."""

    pattern: re.Pattern[str]
    code: FaultCode


_SYNTAX_BY_TYPE: Final[Mapping[type, Syntax]] = {
    int: Syntax(re.compile(r"-?[0-9]+"), INTEGER_EXPECTED),
    bool: Syntax(re.compile(r"true|false"), BOOLEAN_EXPECTED),
    UUID: Syntax(re.compile(WRITTEN_ID), MALFORMED_UUID),
}
"""How values in paths and queries are written; pydantic also reads `1_0`, `+5` and `on`."""


class StrictRoute(APIRoute):
    """A route that refuses input that FastAPI would ignore, and answers conditional reads.

    Unknown and repeated query parameters, and parameters that only Python could read, are answered
    with 422, a body of another content type, charset or encoding than the route reads with 415, and
    a JSON body in which an object has a name twice with 400.
    A GET has an ETag and is answered with 304 if nothing has changed. A PUT with a condition
    (If-Match, If-None-Match) is answered with 400, because it is carried out without a condition.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, which checks the query and the content type first."""
        handle = super().get_route_handler()
        known, of_path = _query_syntax(self.dependant), _path_syntax(self.dependant)
        media_types = media_types_of_route(self)

        async def checked(request: Request) -> Response:
            """Check the path, the query and the content type, then handle the request."""
            _refuse_path_of_another_route(request, self.path)
            for name, segment in request.path_params.items():
                request.path_params[name] = segment_text(segment)
            if faults := _faults_of_texts("path", request.path_params.items(), of_path):
                raise Invalid(*faults)
            if request.method == "PUT":
                _refuse_conditions(request)
            if request.scope["query_string"]:
                _check_query(request, known)
            if media_types:
                check_body_headers(request, media_types)
            response = await handle(StrictRequest(request.scope, request.receive))
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


def _query_syntax(dependant: Dependant) -> dict[str, Syntax | None]:
    """Return the syntax of each query parameter of a route, by name; None if it may be any text."""
    return {
        name: _syntax(kind)
        for each in _with_dependencies(dependant)
        for parameter in each.query_params
        for name, kind in _names_and_types(parameter)
    }


def _path_syntax(dependant: Dependant) -> dict[str, Syntax | None]:
    """Return the syntax of each path parameter of a route, by name; None if it may be any text."""
    return {
        parameter.alias: _syntax(parameter.field_info.annotation)
        for each in _with_dependencies(dependant)
        for parameter in each.path_params
    }


def _faults_of_texts(
    source: str, texts: Iterable[tuple[str, str]], syntaxes: Mapping[str, Syntax | None]
) -> list[Fault]:
    """Return a fault for each parameter that is written otherwise than its syntax.

    `source` is `query` or `path`, `texts` are the names and values of the request.
    """
    return [
        Fault(f"{source}:{name}", syntax.code)
        for name, text in texts
        if (syntax := syntaxes.get(name)) and not syntax.pattern.fullmatch(text)
    ]


def _with_dependencies(dependant: Dependant) -> Iterator[Dependant]:
    """Yield the parameters of a route, and those of each of its dependencies."""
    yield dependant
    for dependency in dependant.dependencies:
        yield from _with_dependencies(dependency)


def _names_and_types(parameter: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the type of a query parameter.

    A filter model (`shared.http.schemas.Filter`) contributes the name and type of each field.
    """
    kind = parameter.field_info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield field.alias or name, field.annotation
    else:
        yield parameter.alias, kind


def _syntax(annotation: Any) -> Syntax | None:
    """Return the syntax of a type, also of `int | None`; None if any text is accepted."""
    if isinstance(annotation, type) and annotation in _SYNTAX_BY_TYPE:
        return _SYNTAX_BY_TYPE[annotation]
    return next((syntax for part in get_args(annotation) if (syntax := _syntax(part))), None)


def _check_query(request: Request, known: Mapping[str, Syntax | None]) -> None:
    """Raise Invalid if the query has an unknown, repeated or wrongly written parameter, or a NUL.

    `known` has the syntax of each parameter of the route.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    allowed = sorted(known)
    advice = "This route knows: {allowed}." if known else "This route knows no parameters."
    faults = [
        Fault(f"query:{name[:100]}", UNKNOWN_PARAMETER, advice, allowed=allowed)
        for name in sorted(counts.keys() - known.keys())[:MAX_FAULTS]
    ]
    faults += [
        Fault(f"query:{name}", REPEATED_PARAMETER) for name in sorted(known) if counts[name] > 1
    ]
    faults += [
        Fault(f"query:{name}", NUL)
        for name, value in request.query_params.multi_items()
        if "\x00" in value and name in known
    ]
    faults += _faults_of_texts("query", request.query_params.multi_items(), known)
    if faults:
        raise Invalid(*faults)


def _refuse_conditions(request: Request) -> None:
    """Raise BadRequest if the request has a condition, which a PUT would ignore."""
    faults = [
        Fault(f"header:{name}", NO_CONDITIONS) for name in _CONDITIONS if name in request.headers
    ]
    if faults:
        raise BadRequest(*faults)


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


class HtmlRouter(APIRouter):
    """A router of HTML pages, which people open by links: unknown query parameters are ignored.

    `tag` and `about` are the name and the description of the tag in the OpenAPI document.
    """

    def __init__(self, *, prefix: str, tag: str, about: str) -> None:
        super().__init__(prefix=prefix, tags=[tag], default_response_class=HTMLResponse)
        self.described = {"name": tag, "description": about}
