"""The OpenAPI documents behind the gateway, one file for each area of each service."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.registry.__main__ import SERVICE as REGISTRY
from services.scoring.__main__ import SERVICE as SCORING
from services.survey.__main__ import SERVICE as SURVEY
from shared.http.openapi import (
    COMPONENTS,
    SHARED_COMPONENTS,
    Document,
    operations,
    references,
)

SERVICES = {service.settings.name: service for service in (REGISTRY, SURVEY, SCORING)}


def openapi_files(folder: Path) -> dict[Path, str]:
    """Return the text of every document from which the gateway merges its own, by file."""
    return {
        folder / name / f"{area}.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        for name, service in SERVICES.items()
        for area, document in area_documents(service.create_app(service.settings())).items()
    }


def area_documents(app: FastAPI) -> dict[str, Document]:
    """Split the document of a service by area, which is the package that a route is written in.

    Components that every service shares are left out: the gateway adds them.
    """
    document = app.openapi()
    paths: dict[str, Document] = {}
    for route in app.state.routes:
        for method in map(str.lower, route.methods):
            item = paths.setdefault(_area(route), {}).setdefault(route.path, {})
            item[method] = document["paths"][route.path][method]
    return {area: _part(document, own) for area, own in sorted(paths.items())}


def _area(route: APIRoute) -> str:
    """Return the area of a route: of `services.registry.sales.order.routes` it is `sales`."""
    return route.endpoint.__module__.split(".")[2]


def _part(document: Document, paths: Document) -> Document:
    part = {"openapi": document["openapi"], "info": document["info"], "paths": paths}
    tags = {tag for operation in operations(part) for tag in operation["tags"]}
    components: Document = {}
    _add_components(components, document["components"], paths)
    return part | {
        "tags": [tag for tag in document["tags"] if tag["name"] in tags],
        "components": {kind: dict(sorted(own.items())) for kind, own in components.items()},
    }


def _add_components(needed: Document, components: Document, node: Any) -> None:
    """Add to `needed` the components that a part of a document refers to, and theirs in turn."""
    for reference in references(node):
        kind, name = reference.removeprefix(COMPONENTS).split("/")
        if name not in SHARED_COMPONENTS.get(kind, {}) and name not in needed.get(kind, {}):
            needed.setdefault(kind, {})[name] = components[kind][name]
            _add_components(needed, components, components[kind][name])
