"""The committed OpenAPI documents: one file for each area of a service, `<service>/<area>.json`.

An area is a package of nouns (`services/<service>/<area>/<noun>`). Its file is written by
`make docs` and holds the paths of its nouns with the components that they need, but those that
every service shares (`SHARED_COMPONENTS`).
"""

from collections.abc import Iterable
from pathlib import Path

import orjson

from shared.http.openapi import Document


def load(folder: Path) -> dict[str, Document]:
    """Read the committed files and return one document for each service, by its name."""
    return {
        service.name: join(orjson.loads(file.read_bytes()) for file in sorted(service.iterdir()))
        for service in sorted(folder.iterdir())
    }


def join(areas: Iterable[Document]) -> Document:
    """Join the documents of a service's areas into one.

    Raises ValueError if two areas define a component of one name differently.
    """
    whole: Document = {"tags": [], "paths": {}, "components": {}}
    for area in areas:
        whole["tags"] += area.get("tags", [])
        for path, operations in area["paths"].items():
            whole["paths"].setdefault(path, {}).update(operations)
        for kind, components in area.get("components", {}).items():
            _add(whole["components"].setdefault(kind, {}), components)
    return whole


def _add(components: Document, more: Document) -> None:
    for name, component in more.items():
        if components.setdefault(name, component) != component:
            raise ValueError(f"Two areas define the component {name} differently.")
