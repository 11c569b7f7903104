"""The examples of schemas in an OpenAPI document, completed with required fields."""

from typing import Any

from shared.http.document import Document


def complete_examples(document: Document) -> None:
    """Add each required field to the examples of all schemas: its default value, otherwise null.

    FastAPI removes every null from a document, also from examples, and the examples of answers do
    not repeat the defaults of what a request left out.
    """
    components = document["components"]["schemas"]
    for schema in components.values():
        if "examples" in schema:
            schema["examples"] = [
                _completed(example, schema, components) for example in schema["examples"]
            ]


def _completed(value: Any, schema: Document, components: Document) -> Any:
    """Return a value of a schema with the missing required fields, in nested objects too."""
    schema = _schema_of(value, schema, components)
    if isinstance(value, list):
        return [_completed(item, schema.get("items", {}), components) for item in value]
    if not isinstance(value, dict):
        return value
    properties: Document = schema.get("properties", {})
    missing = {
        name: properties[name].get("default")
        for name in schema.get("required", ())
        if name not in value
    }
    return {
        name: _completed(field, properties.get(name, {}), components)
        for name, field in (value | missing).items()
    }


def _schema_of(value: Any, schema: Document, components: Document) -> Document:
    """Return the schema without references, and the member of a union that describes the value.

    That is the member which the discriminator names, or the first member that is not null.
    """
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if discriminator := schema.get("discriminator"):
        schema = {"$ref": discriminator["mapping"][value[discriminator["propertyName"]]]}
    elif members:
        schema = next(member for member in members if member.get("type") != "null")
    reference = schema.get("$ref")
    return components[reference.rpartition("/")[2]] if reference else schema
