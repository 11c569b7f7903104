"""The OpenAPI documents of the services, which the gateway merges: one file for each area."""

import json
from collections import defaultdict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.registry.__main__ import SERVICE as REGISTRY
from services.scoring.__main__ import SERVICE as SCORING
from services.survey.__main__ import SERVICE as SURVEY
from shared.http.app import undocumented_paths
from shared.http.catalogue import CODES, Entry, declared_entries
from shared.http.document import COMPONENTS, Document, operations, references
from shared.http.openapi import SHARED_COMPONENTS
from shared.http.paths import UNDOCUMENTED_PATHS

SERVICES = {service.settings.name: service for service in (REGISTRY, SURVEY, SCORING)}


def openapi_files(folder: Path) -> dict[Path, str]:
    """Return the JSON text of each area's document, by the path of its file."""
    return {
        folder / name / f"{area}.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        for name, service in SERVICES.items()
        for area, document in area_documents(service.create_app(service.settings())).items()
    }


def area_documents(app: FastAPI) -> dict[str, Document]:
    """Return the OpenAPI document of each area of a service, by the area's name.

    The area of an operation is the package in which its route is defined. Components that all
    services share are left out: the gateway adds them.
    """
    document = app.openapi()
    routes: dict[str, list[APIRoute]] = defaultdict(list)
    for route in app.state.routes:
        routes[_area(route)].append(route)
    return {
        area: _area_document(document, _paths(document, in_area))
        | {CODES: _codes_of(app, area), UNDOCUMENTED_PATHS: undocumented_paths(in_area)}
        for area, in_area in sorted(routes.items())
    }


def _paths(document: Document, routes: Sequence[APIRoute]) -> Document:
    """Return the paths of a document with the operations of these routes."""
    paths: Document = {}
    for route in routes:
        for method in (route.methods or ()) if route.include_in_schema else ():
            name = method.lower()
            paths.setdefault(route.path, {})[name] = document["paths"][route.path][name]
    return paths


def _codes_of(app: FastAPI, area: str) -> list[Entry]:
    """Return the entries of the error catalogue that an area declares."""
    service = app.state.settings.name
    return declared_entries(import_module(f"services.{service}.{area}"))


def _area(route: APIRoute) -> str:
    """Return the area of a route: `sales` for a route in `services.registry.sales.order.routes`."""
    return route.endpoint.__module__.split(".")[2]


def _area_document(document: Document, paths: Document) -> Document:
    """Return the document of these paths, with the tags and components that they need."""
    # The gateway adds the version of the release: a release changes no committed document.
    info = document["info"] | {"version": "1"}
    part = {"openapi": document["openapi"], "info": info, "paths": paths}
    tags = {tag for operation in operations(part) for tag in operation["tags"]}
    components: Document = {}
    _add_components(components, document["components"], paths)
    return part | {
        "tags": [tag for tag in document["tags"] if tag["name"] in tags],
        "components": {kind: dict(sorted(named.items())) for kind, named in components.items()},
    }


def _add_components(needed: Document, components: Document, node: Any) -> None:
    """Add to `needed` the components that a part of a document needs, directly or indirectly."""
    for reference in references(node):
        kind, name = reference.removeprefix(COMPONENTS).split("/")
        if name not in SHARED_COMPONENTS.get(kind, {}) and name not in needed.get(kind, {}):
            needed.setdefault(kind, {})[name] = components[kind][name]
            _add_components(needed, components, components[kind][name])
