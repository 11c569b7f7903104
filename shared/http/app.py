"""The FastAPI app of a service, created the same way for all of them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from shared.database import Database
from shared.errors import MethodNotAllowed
from shared.http import problems
from shared.http.async_reads import AsyncReads
from shared.http.authentication import RequireIdentity
from shared.http.identity import Verifier
from shared.http.limits import ExplainTooLarge
from shared.http.openapi import DocumentedApp
from shared.http.paths import Paths
from shared.http.routing import HtmlRouter, Router
from shared.http.telemetry import Telemetry
from shared.settings import ServiceSettings
from shared.version import version

BODY_LIMIT = 1024 * 1024
"""Bytes; a route that accepts larger bodies sets its own limit."""


def create_app(
    settings: ServiceSettings, *, title: str, description: str, routers: Sequence[APIRouter]
) -> FastAPI:
    """Create the app of a service; it connects to the database at the first request."""
    database = Database.from_settings(settings)
    async_reads = AsyncReads(database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await async_reads.close()
        database.close()

    app = DocumentedApp(
        title=title,
        description=description,
        version=version(),
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,  # many clients send a redirected request without its key
        openapi_tags=[one.described for one in routers if isinstance(one, Router | HtmlRouter)],
        generate_unique_id_function=_operation_id,
        max_body_size=BODY_LIMIT,
    )
    app.state.settings, app.state.database, app.state.async_reads = settings, database, async_reads
    app.state.routes = _api_routes(routers)
    app.state.paths = Paths(_methods_by_path(app.state.routes))
    app.state.refusals = _refusals(routers)
    for router in routers:
        app.include_router(router)
    problems.install(app)
    return app


def _api_routes(routers: Sequence[APIRouter]) -> list[APIRoute]:
    """Return the routes of all routers."""
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def _methods_by_path(routes: Sequence[APIRoute]) -> dict[str, set[str]]:
    """Return the methods of every path."""
    methods: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        methods[route.path] |= route.methods or set()
    return methods


def undocumented_paths(routes: Sequence[APIRoute]) -> dict[str, list[str]]:
    """Return the methods of the paths that are not in the OpenAPI document, by path."""
    hidden = [route for route in routes if not route.include_in_schema]
    return {path: sorted(methods) for path, methods in sorted(_methods_by_path(hidden).items())}


def _refusals(routers: Sequence[APIRouter]) -> dict[tuple[str, str], type[MethodNotAllowed]]:
    """Return the explained refusals of all routers, by method and path."""
    return {
        method_and_path: refusal
        for router in routers
        if isinstance(router, Router)
        for method_and_path, refusal in router.refusals.items()
    }


def guarded(app: ASGIApp, settings: ServiceSettings) -> ASGIApp:
    """Return the app with telemetry, authentication and body limits around every request."""
    verifier = Verifier(audience=settings.name, public_key_file=settings.identity_public_key)
    return Telemetry(RequireIdentity(ExplainTooLarge(app), verifier=verifier))


def _operation_id(route: APIRoute) -> str:
    """Return the name of the route function, which is used as the operation id."""
    return route.name
