"""The OpenAPI document of each service behind the gateway."""

import json
from pathlib import Path

from services.registry.__main__ import SERVICE as REGISTRY
from services.scoring.__main__ import SERVICE as SCORING
from services.survey.__main__ import SERVICE as SURVEY

SERVICES = {service.settings.name: service for service in (REGISTRY, SURVEY, SCORING)}


def openapi_files(folder: Path) -> dict[Path, str]:
    """Give the documents from which the gateway builds its own."""
    return {
        folder / f"{name}.json": json.dumps(
            service.create_app(service.settings()).openapi(), ensure_ascii=False, indent=1
        )
        + "\n"
        for name, service in SERVICES.items()
    }
