"""The schemas of requests and of answers in an OpenAPI document, which differ in two keywords.

Requests have no `default`: generators of clients take a field with a default for one that is always
there, demand it from callers or send its default. The description of the field names the default.
Answers have no `additionalProperties: false`: they may get further fields
(docs/decisions/0020-one-name-for-each-schema.md).
"""

from typing import Any

import orjson

from shared.http.document import Document, operations, reachable, schemas_within


def describe_directions(document: Document) -> None:
    """Change the schemas of a document according to the direction in which they are sent.

    A schema that requests and answers have in common is a schema of requests.
    """
    bodies = [operation.get("requestBody") for operation in operations(document)]
    names = reachable(document, bodies)
    for name, schema in document["components"]["schemas"].items():
        for part in schemas_within(schema):
            if name in names:
                _describe_default(part)
            elif part.get("additionalProperties") is False:
                del part["additionalProperties"]


def _describe_default(schema: Document) -> None:
    """Move the default value of a field into its description."""
    if "default" in schema:
        sentence = f"Default: `{_text(schema.pop('default'))}`."
        schema["description"] = f"{schema.get('description', '')} {sentence}".strip()


def _text(value: Any) -> str:
    """Return a value as a description shows it: a text as it is, everything else as JSON."""
    return value if isinstance(value, str) and value else orjson.dumps(value).decode()
