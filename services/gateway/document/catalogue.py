"""The catalogue of errors of the whole API, and the codes in the OpenAPI document.

The gateway imports no service: the committed OpenAPI documents have the entries of the services.
"""

from collections.abc import Iterable
from copy import deepcopy

import services.gateway
import shared
from shared.http.catalogue import CODES, Entry, declared_entries, merged_entries
from shared.http.document import Document

_SCHEMA_OF_KIND = {"problem": "Problem", "fault": "Fault"}


def merge(documents: Iterable[Document]) -> list[Entry]:
    """Return the entries of all services, of the gateway, and of what they share."""
    entries = [*declared_entries(shared), *declared_entries(services.gateway)]
    for document in documents:
        entries += document.get(CODES, [])
    return merged_entries(entries)


def enumerate_codes(document: Document, entries: Iterable[Entry]) -> None:
    """Set the enumerations of `Problem.code` and `Fault.code` in a document."""
    schemas = document["components"]["schemas"]
    for kind, name in _SCHEMA_OF_KIND.items():
        schemas[name] = deepcopy(schemas[name])
        codes = [entry["code"] for entry in entries if entry["kind"] == kind]
        schemas[name]["properties"]["code"]["enum"] = codes
