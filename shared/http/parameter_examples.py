"""Examples in the OpenAPI document with which the page /docs fills its forms.

Swagger UI fills in the example of a parameter (not the examples of its schema) and the examples of
the parts of a form (not those of the whole form). Optional parameters get no example here, because
Swagger UI would send them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from shared.http.document import COMPONENTS, Document, operations

_FORM: Final = "multipart/form-data"
_CUSTOMER_ID: Final = "0199a7c0-0000-7000-8000-000000000001"
"""The id of the customer in all examples, where no answer of the same service shows it."""
_VERSION: Final = 1
_LAST_PARAMETER: Final = re.compile(r"\{(\w+)\}$")


def add_examples(document: Document) -> None:
    """Add an example to each required parameter, and to each part of a form that has a text."""
    ids = dict(_ids(document))
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter.get("required") or parameter["name"] == "if-match":
                parameter["example"] = _parameter_example(parameter, ids)
        _add_part_examples(document, operation)


def _ids(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the name of each path parameter that ends a path, and the id that the answer shows."""
    for path, item in document["paths"].items():
        last = _LAST_PARAMETER.search(path)
        answer = item.get("get", {}).get("responses", {}).get("200", {})
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        shown = _example(_component(document, schema))
        if last and "id" in shown:
            yield last[1], str(shown.get(last[1], shown["id"]))


def _parameter_example(parameter: Document, ids: dict[str, str]) -> Any:
    """Return the example of a parameter: that of its schema, or an id, or the first version."""
    schema = parameter["schema"]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "integer":
        return _VERSION
    return ids.get(parameter["name"], _CUSTOMER_ID)


def _add_part_examples(document: Document, operation: Document) -> None:
    """Add to each part of a form, except its file, the value in the example of the form."""
    content = operation.get("requestBody", {}).get("content", {})
    form = _component(document, content.get(_FORM, {}).get("schema", {}))
    for name, value in _example(form).items():
        if name != "file":
            form["properties"][name]["examples"] = [value]


def _example(schema: Document) -> Document:
    """Return the first example of a schema, or an empty object."""
    example: Document = next(iter(schema.get("examples", ())), {})
    return example


def _component(document: Document, schema: Document) -> Document:
    """Return the schema to which a schema refers, or the schema itself."""
    name = schema.get("$ref", "").removeprefix(f"{COMPONENTS}schemas/")
    component: Document = document["components"]["schemas"][name] if name else schema
    return component
