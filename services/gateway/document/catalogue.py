"""The catalogue of errors of the whole API, and the codes in the OpenAPI document.

The gateway imports no service: the committed OpenAPI documents have the entries of the services.
"""

from collections.abc import Iterable
from copy import deepcopy

import services.gateway
import shared
from shared.http.catalogue import CODES, Entry, declared_entries, merged_entries
from shared.http.document import Document

_KINDS_OF_SCHEMA = {
    "Problem": {"problem"},
    "Fault": {"fault"},
    "LineFault": {"fault"},
    "Failure": {"problem", "fault"},
}
"""The kinds of codes in the field `code` of a schema, by the name of the schema."""


def merge(documents: Iterable[Document]) -> list[Entry]:
    """Return the entries of all services, of the gateway, and of what they share."""
    entries = [*declared_entries(shared), *declared_entries(services.gateway)]
    for document in documents:
        entries += document.get(CODES, [])
    return merged_entries(entries)


def enumerate_codes(document: Document, entries: Iterable[Entry]) -> None:
    """Set the enumerations of the fields `code` in the schemas of a document."""
    schemas = document["components"]["schemas"]
    codes = [(entry["kind"], entry["code"]) for entry in entries]
    for name in _KINDS_OF_SCHEMA.keys() & schemas.keys():
        schemas[name] = deepcopy(schemas[name])
        field = schemas[name]["properties"]["code"]
        text = next(one for one in field.get("anyOf", [field]) if one["type"] == "string")
        kinds = _KINDS_OF_SCHEMA[name]
        text["enum"] = list(dict.fromkeys(code for kind, code in codes if kind in kinds))
