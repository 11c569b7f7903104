"""The names of the schemas in an OpenAPI document: generated clients have a type for each.

A schema has one name: its component key is its title. The name is the name of its class: in
answers without the ending `Out`, in requests with the ending `Input` in place of `In`. A class
whose JSON differs in requests and answers has two schemas: `LocalizedText` is what answers have,
and `LocalizedTextInput` what requests may have (docs/decisions/0020-one-name-for-each-schema.md).
"""

from typing import Final

from shared.http.document import COMPONENTS, Document, schemas, with_references

_PREFIX: Final = f"{COMPONENTS}schemas/"
_IN_REQUESTS: Final = "-Input"


def name_schemas(document: Document) -> Document:
    """Return a document in which the key and the title of each schema are its name.

    Schemas within others lose their titles, which pydantic derives from the names of fields:
    generators would create types with these names. Raises ValueError if two schemas get the same
    name.
    """
    components = document["components"]["schemas"]
    names = {key: _name(key, schema.get("title", key)) for key, schema in components.items()}
    if repeated := sorted({name for name in names.values() if [*names.values()].count(name) > 1}):
        raise ValueError(f"Several schemas have the name {repeated[0]}: rename one of the classes.")
    for schema in schemas(document):
        schema.pop("title", None)
    by_name = {names[key]: {"title": names[key]} | schema for key, schema in components.items()}
    document["components"]["schemas"] = by_name
    renamed = {_PREFIX + key: _PREFIX + name for key, name in names.items()}
    named: Document = with_references(document, lambda reference: renamed.get(reference, reference))
    return named


def _name(key: str, title: str) -> str:
    """Return the name of the schema with this key and title.

    FastAPI ends the key with `-Input` or `-Output` if the JSON of a class differs in requests and
    answers.
    """
    if key.endswith(_IN_REQUESTS):
        return f"{title}Input"
    if title.endswith("In"):
        return f"{title}put"
    return title.removesuffix("Out")
