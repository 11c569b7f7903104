"""Complete the OpenAPI document that FastAPI makes: our problems instead of its errors."""

from typing import Any, Final

from fastapi import FastAPI

from shared.http.answers import errors

Document = dict[str, Any]

_THEIRS: Final = ("HTTPValidationError", "ValidationError")
FAULT: Final = {
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
PROBLEM: Final = {
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
        "errors": {
            "type": "array",
            "description": "Which of the input is not acceptable, and why.",
            "items": {"$ref": "#/components/schemas/Fault"},
        },
    },
}


_HEADERS: Final = {
    "ETag": ("The version of what you see; send it back as If-Match.", '"3"'),
    "Location": ("Where it is read.", "/v1/customers/0199a7c0-0000-7000-8000-000000000000"),
    "Link": ("The next page; absent on the last.", '</v1/customers?cursor=WzFd>; rel="next"'),
    "Idempotent-Replayed": ("Present on the answer to a retry.", "true"),
}
"""What each says, and an example."""


class DocumentedApp(FastAPI):
    """An app whose document describes every error as it is answered."""

    def openapi(self) -> Document:
        """Give the document, made once."""
        return self.openapi_schema or _completed(super().openapi())


def _completed(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _THEIRS:
        schemas.pop(name, None)
    schemas |= {"Fault": FAULT, "Problem": PROBLEM}
    versioned = _versioned(schemas)
    always = {str(status): described for status, described in errors().items()}
    for path in document["paths"].values():
        for operation in path.values():
            theirs = _THEIRS[0] in str(operation["responses"].get("422"))
            stated = {} if theirs else operation["responses"]
            operation["responses"] = operation["responses"] | always | stated
            _add_headers(operation, versioned)
    return document


def _versioned(schemas: Document) -> set[str]:
    """Tell the bodies that come with an ETag: they have a field that says so."""
    return {
        f"#/components/schemas/{name}"
        for name, schema in schemas.items()
        if any(
            "ETag" in each.get("description", "") for each in schema.get("properties", {}).values()
        )
    }


def _add_headers(operation: Document, versioned: set[str]) -> None:
    parameters = _parameters(operation)
    for status, response in operation["responses"].items():
        wanted = {
            "ETag": _body(response) in versioned,
            "Location": status in {"201", "202"},
            "Link": status == "200" and "cursor" in parameters,
            "Idempotent-Replayed": status < "300" and "idempotency-key" in parameters,
        }
        if headers := {name: _header(*_HEADERS[name]) for name, is_so in wanted.items() if is_so}:
            response["headers"] = headers


def _header(description: str, example: str) -> Document:
    return {"description": description, "schema": {"type": "string"}, "example": example}


def _parameters(operation: Document) -> set[str]:
    return {parameter["name"].lower() for parameter in operation.get("parameters", ())}


def _body(response: Document) -> str:
    """Name the component that is the body of a successful answer; empty if there is none."""
    content = response.get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", ""))
