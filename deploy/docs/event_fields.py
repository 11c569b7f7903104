"""Tables of the fields of events, in Markdown, from the JSON Schemas of the events."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.fields import EXACT

Schema = Mapping[str, Any]

_FORMATS: dict[str, str] = {
    "uuid": "UUID",
    "date": "date",
    "date-time": "date and time",
    "uri": "URI",
}
_TYPES = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def field_table(schema: Schema) -> str:
    """Return the table of the fields of an event or of a nested type."""
    required = schema.get("required", ())
    lines = ["| field | type | description |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        optional = "" if name in required else ", optional"
        lines.append(f"| `{name}` | {type_text(field)}{optional} | {field['description']} |")
    return "\n".join(lines) + "\n"


def type_text(schema: Schema) -> str:
    """Return the type of a field as the page shows it; nested types are links to their tables."""
    match schema:
        case {"allOf": [only]}:
            return type_text(only)
        case {"anyOf": alternatives}:
            return " or ".join(type_text(each) for each in alternatives)
        case {"items": items}:
            return f"list of {type_text(items)}"
        case {"additionalProperties": values}:
            return f"object of {type_text(values)}"
    return _plain_type_text(schema)


def _plain_type_text(schema: Schema) -> str:
    """Return the type of a value that is not composed of others, or a link to a nested type."""
    match schema:
        case {"$ref": reference}:
            name = reference.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"enum": codes}:
            return ", ".join(f"`{code}`" for code in codes)
        case {"format": known}:
            return _FORMATS[known]
        case {"pattern": pattern} if pattern == EXACT:
            return "decimal, as text"
    return _TYPES[schema["type"]]
