"""Complete the OpenAPI document that FastAPI makes: our problems instead of its errors."""

from typing import Any, Final

from fastapi import FastAPI

from shared.http.answers import errors

Document = dict[str, Any]

_THEIRS: Final = ("HTTPValidationError", "ValidationError")
_FAULT: Final = {
    "title": "Fault",
    "type": "object",
    "description": "One thing that is wrong.",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer into the body, or the parameter: `query:limit`.",
        },
        "code": {"type": "string", "description": "The rule that was broken; stable."},
        "message": {"type": "string", "description": "What to do."},
    },
}
_PROBLEM: Final = {
    "title": "Problem",
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "What programs decide by; stable."},
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "request_id": {"type": ["string", "null"], "description": "Name it when you ask for help."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
}


class DocumentedApp(FastAPI):
    """An app whose document describes every error as it is answered."""

    def openapi(self) -> Document:
        """Give the document, made once."""
        return self.openapi_schema or _completed(super().openapi())


def _completed(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _THEIRS:
        schemas.pop(name, None)
    schemas |= {"Fault": _FAULT, "Problem": _PROBLEM}
    always = {str(status): described for status, described in errors().items()}
    for path in document["paths"].values():
        for operation in path.values():
            theirs = _THEIRS[0] in str(operation["responses"].get("422"))
            stated = {} if theirs else operation["responses"]
            operation["responses"] = operation["responses"] | always | stated
    return document
