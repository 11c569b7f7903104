"""The FastAPI app of the gateway's own routes, and the ASGI app that guards all services."""

from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from services.gateway import administrator
from services.gateway.admission import Admission
from services.gateway.api_key import routes as api_key
from services.gateway.api_key.key_cache import KeyCache
from services.gateway.compression import Compression
from services.gateway.cors import Cors
from services.gateway.document import asyncapi, catalogue, openapi, service_documents
from services.gateway.document import routes as document
from services.gateway.identity import keys
from services.gateway.identity.signer import Signer
from services.gateway.me import routes as me
from services.gateway.problem import routes as problem
from services.gateway.proxy.forward import Forwarder, Limits
from services.gateway.proxy.quota import Quota
from services.gateway.proxy.upstream import Upstream
from services.gateway.settings import Settings
from services.gateway.team import routes as team
from services.gateway.user import routes as user
from shared.http.app import create_app as create_shared_app
from shared.http.app import undocumented_paths
from shared.http.paths import UNDOCUMENTED_PATHS, Paths
from shared.http.telemetry import Telemetry
from shared.version import version

DOCUMENTS = Path(__file__).parent / "openapi"


def create_app(settings: Settings) -> FastAPI:
    """Create the FastAPI app of API keys, documents and probes; it opens no connection yet."""
    return create_shared_app(
        settings,
        title="Patron gateway",
        description="Teams and users, API keys, what the caller's own key may do, and the "
        "catalogue of errors.",
        routers=[
            team.router,
            user.router,
            api_key.router,
            me.router,
            problem.router,
            document.router,
        ],
    )


def guard(app: FastAPI, settings: Settings, *, documents: Path = DOCUMENTS) -> ASGIApp:
    """Return the ASGI app of the gateway, which checks requests for `app` and for the services.

    Creates the signing key and the administrator's API key if they do not exist. `documents` is
    the folder of the committed OpenAPI documents.
    """
    private_key = keys.ensure_key_pair(settings.identity_private_key, settings.identity_public_key)
    administrator.ensure_key(app.state.database, settings)
    own_document = app.openapi() | {UNDOCUMENTED_PATHS: undocumented_paths(app.state.routes)}
    services = {**service_documents.load(documents), settings.name: own_document}
    app.state.catalogue = catalogue.merge(services.values())
    merged = openapi.merge(services, version=version())
    catalogue.enumerate_codes(merged, app.state.catalogue)
    app.state.openapi_file = document.document_file(merged)
    app.state.asyncapi_file = document.document_file(asyncapi.describe(version=version()))
    app.state.schema_files = document.schema_files()
    # The texts of all API keys are derived from this seed.
    app.state.seed = private_key.private_bytes_raw()
    app.state.key_cache = KeyCache(app.state.database)
    app.state.quota = Quota(
        settings.import_quota_bytes,
        at_once=settings.imports_at_once,
        total_at_once=settings.imports_of_all_at_once,
    )
    limits = Limits(settings.body_limit_bytes, settings.body_seconds, app.state.quota)
    upstream = Upstream(
        settings.addresses,
        seconds=settings.upstream_seconds,
        connections=settings.upstream_connections,
    )
    uploads = Paths(openapi.uploads_by_path(services.values()))
    admission = Admission(
        own_app=app,
        service_of=openapi.owners(services),
        paths_of_api=Paths(openapi.methods_by_path(services.values())),
        key_cache=app.state.key_cache,
        forward=Forwarder(upstream, Signer(private_key), limits, uploads=uploads),
        upstream=upstream,
    )
    compressed, origins = Compression(admission), settings.cors_origins
    return Telemetry(Cors(compressed, origins=origins) if origins else compressed)
