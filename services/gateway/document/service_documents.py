"""The committed OpenAPI documents: one file for each area of a service, `<service>/<area>.json`.

An area is a layer of a service, the folder `services/<service>/<area>`. `make docs` writes its
file, which has the paths of the area and the components that they need, except the components that
all services share (`SHARED_COMPONENTS`).
"""

from collections.abc import Iterable
from pathlib import Path

import orjson

from shared.http.catalogue import CODES
from shared.http.document import Document
from shared.http.paths import UNDOCUMENTED_PATHS


def load(folder: Path) -> dict[str, Document]:
    """Read the committed files and return the document of each service, by the service's name."""
    return {
        service.name: join(orjson.loads(file.read_bytes()) for file in sorted(service.iterdir()))
        for service in sorted(folder.iterdir())
    }


def join(areas: Iterable[Document]) -> Document:
    """Join the documents of a service's areas into one.

    Raises ValueError if a component is defined differently in two areas.
    """
    joined: Document = {
        "tags": [],
        "paths": {},
        "components": {},
        CODES: [],
        UNDOCUMENTED_PATHS: {},
    }
    for area in areas:
        joined[CODES] += area.get(CODES, [])
        joined[UNDOCUMENTED_PATHS] |= area.get(UNDOCUMENTED_PATHS, {})
        joined["tags"] += area.get("tags", [])
        for path, operations in area["paths"].items():
            joined["paths"].setdefault(path, {}).update(operations)
        add_components(joined["components"], area.get("components", {}))
    return joined


def add_components(components: Document, added: Document) -> None:
    """Add components, by kind and name, to others.

    Raises ValueError if a component is defined differently in both.
    """
    for kind, named in added.items():
        for name, component in named.items():
            if components.setdefault(kind, {}).setdefault(name, component) != component:
                raise ValueError(f"The component {name} is defined twice, and differently.")
