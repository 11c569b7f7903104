"""Messages that a front end writes from the catalogue of errors (`GET /v1/problems`)."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import shared
from shared.catalogue import filled
from shared.http.catalogue import declared_entries


def chinese(fault: Mapping[str, Any], service: ModuleType) -> str:
    """Return in Chinese what is wrong and what to do, from the code and parameters of a fault.

    `service` is the package of the service that answered with the fault.
    """
    entries = declared_entries(shared) + declared_entries(service)
    (entry,) = {
        (entry["title"]["zh"], entry["advice"]["zh"])
        for entry in entries
        if (entry["kind"], entry["code"]) == ("fault", fault["code"])
    }
    return filled("".join(entry), fault["params"])
