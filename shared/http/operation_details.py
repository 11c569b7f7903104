"""Details of operations that FastAPI leaves out of the OpenAPI document: summaries, statuses."""

import re
from typing import Final

from shared.http.document import Document

_FIRST_SENTENCE: Final = re.compile(r"(.+?)\.(\s|$)", re.DOTALL)


def describe_operation(operation: Document) -> None:
    """Improve the summary and the parameters of an operation.

    The summary is the first sentence of the description. A parameter is never null, because it is
    left out instead, and `If-Match` is required, although a request without it is answered with
    428 and not with 422.
    """
    if sentence := _FIRST_SENTENCE.match(operation.get("description", "")):
        operation["summary"] = " ".join(sentence[1].split())
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])
        if "description" in parameter:  # FastAPI repeats it in the schema
            parameter["schema"].pop("description", None)
        if parameter["name"].lower() == "if-match":
            parameter["required"] = True


def _without_null(schema: Document) -> Document:
    """Return the schema of a parameter that can be left out, without null as one of its types."""
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    if len(members) != 1:
        return schema
    others = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**members[0], **others}


def statuses_of(operation: Document) -> set[int]:
    """Return the statuses of errors that an operation has because of what it takes.

    Each request can be unreadable (400), another request with the same Idempotency-Key can be in
    progress (409), and a body can have a content type that is not read (415).
    """
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    return (
        {400}
        | ({409} if "idempotency-key" in names else set())
        | ({415} if "requestBody" in operation else set())
    )
