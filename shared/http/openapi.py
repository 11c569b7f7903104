"""The OpenAPI document of a service: FastAPI's document, with Problem as the body of errors."""

from typing import Final

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from shared.errors import MAX_FAULTS
from shared.http.answers import DOCUMENTED_PROBLEMS, REQUEST_ID, error_response, errors
from shared.http.conditional import ETAG_HEADER, describe_read
from shared.http.directions import describe_directions
from shared.http.document import COMPONENTS, Document, operations, references
from shared.http.examples import complete_examples
from shared.http.operation_details import describe_operation, statuses_of
from shared.http.parameter_examples import add_examples
from shared.http.paths import path_to_match
from shared.http.schema_names import name_schemas

_FASTAPI_ERRORS: Final = ("HTTPValidationError", "ValidationError")
FAULT: Final = {
    "title": "Fault",
    "type": "object",
    "description": "One thing that is wrong.",
    "required": ["pointer", "code", "params", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer into the body, or the parameter: `query:limit`.",
        },
        "code": {
            "type": "string",
            "description": "The rule that was broken; stable. `GET /v1/problems` explains each.",
        },
        "params": {
            "type": "object",
            "description": "The values in the text of this code, such as `max`, from which a front "
            "end writes its own message. Each code always has the same parameters; one that does "
            "not apply is null.",
            "additionalProperties": True,
            "examples": [{"max": 100}],
        },
        "message": {"type": "string", "description": "What is wrong, and what to do."},
    },
}
PROBLEM: Final = {
    "title": "Problem",
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Refers to the entry of `code` in the catalogue.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {
            "type": "string",
            "description": "The kind of error; stable, for programs. `GET /v1/problems` explains "
            "each.",
        },
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "request_id": {"type": ["string", "null"], "description": "Name it when you ask for help."},
        "errors": {
            "type": "array",
            "maxItems": MAX_FAULTS,
            "description": "Each part of the input that is not acceptable, and why; the first "
            f"{MAX_FAULTS}, if there are more.",
            "items": {"$ref": "#/components/schemas/Fault"},
        },
    },
}


def _header(description: str, example: str) -> Document:
    return {"description": description, "schema": {"type": "string"}, "example": example}


SHARED_COMPONENTS: Final[dict[str, Document]] = {
    "headers": {
        "RequestId": _header(
            "The id of this request: that of the caller, or a new one. Name it when you ask for "
            "help.",
            "0199a7c0-0000-7000-8000-000000000000",
        )
    },
    "schemas": {"Fault": FAULT, "Problem": PROBLEM},
    "responses": {problem.__name__: error_response(problem) for problem in DOCUMENTED_PROBLEMS},
}
"""The components that are equal in the documents of all services, by kind and name."""


_HEADERS: Final = {
    "ETag": ETAG_HEADER,
    "Location": _header(
        "The path of the result.", "/v1/customers/0199a7c0-0000-7000-8000-000000000000"
    ),
    "Link": _header(
        "The next page; absent on the last.", '</v1/customers?cursor=WzFd>; rel="next"'
    ),
    "Idempotent-Replayed": _header("Present on the answer to a retry.", "true"),
    "Content-Disposition": _header(
        "The name under which a browser stores the file.", 'attachment; filename="errors.csv"'
    ),
}
"""The description of each response header."""


class DocumentedApp(FastAPI):
    """An app whose OpenAPI document describes errors as problems, and the response headers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; its path is split into segments before they are decoded.

        Otherwise the id `SO/1`, sent as `SO%2F1`, would be two segments, which no route has.
        """
        if scope["type"] == "http":
            scope["path"] = path_to_match(scope["raw_path"])
        await super().__call__(scope, receive, send)

    def openapi(self) -> Document:
        """Return the document, which is built at the first call."""
        if self.openapi_schema is None:
            self.openapi_schema = _completed(super().openapi())
        return self.openapi_schema


def _completed(document: Document) -> Document:
    """Return FastAPI's document with problems as errors, and with response headers."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    document = name_schemas(document)
    complete_examples(document)
    components, schemas = document["components"], document["components"]["schemas"]
    schemas_with_etag = _schemas_with_etag(schemas)
    for operation in operations(document):
        describe_operation(operation)
        operation["responses"] = _with_errors(operation)
    for item in document["paths"].values():
        if "get" in item:
            describe_read(item["get"])
    for operation in operations(document):
        _add_headers(operation, schemas_with_etag)
    components["headers"] = SHARED_COMPONENTS["headers"]
    used = set(references(document["paths"]))
    components["responses"] = {
        name: response
        for name, response in SHARED_COMPONENTS["responses"].items()
        if f"{COMPONENTS}responses/{name}" in used
    }
    schemas |= SHARED_COMPONENTS["schemas"]
    describe_directions(document)
    add_examples(document)
    return document


def _with_errors(operation: Document) -> Document:
    """Return the responses of an operation and the errors that every route can answer.

    FastAPI adds a description to each reference, which is dropped: the component has its own.
    """
    documented = {
        status: {"$ref": response["$ref"]} if "$ref" in response else response
        for status, response in operation["responses"].items()
        if _FASTAPI_ERRORS[0] not in str(response)
    }
    common_errors = {
        str(status): response for status, response in errors(*statuses_of(operation)).items()
    }
    return dict(sorted((common_errors | documented).items()))


def _schemas_with_etag(schemas: Document) -> set[str]:
    """Return references to the schemas of resources that are answered with an ETag.

    The schema of such a resource has a field whose description mentions the ETag (`version`).
    """
    return {
        f"#/components/schemas/{name}"
        for name, schema in schemas.items()
        if any(
            "ETag" in field.get("description", "")
            for field in schema.get("properties", {}).values()
        )
    }


def _add_headers(operation: Document, schemas_with_etag: set[str]) -> None:
    """Describe the headers of each response of an operation."""
    parameters = _parameter_names(operation)
    for status, response in operation["responses"].items():
        if "$ref" in response:
            continue
        is_sent_by_name = {
            "ETag": _body_reference(response) in schemas_with_etag,
            "Location": status in {"201", "202"},
            "Link": status == "200" and "cursor" in parameters,
            "Idempotent-Replayed": status < "300" and "idempotency-key" in parameters,
            "Content-Disposition": "text/csv" in response.get("content", {}),
        }
        headers = {name: _HEADERS[name] for name, is_sent in is_sent_by_name.items() if is_sent}
        response["headers"] = response.get("headers", {}) | headers | REQUEST_ID


def _parameter_names(operation: Document) -> set[str]:
    """Return the names of an operation's parameters in lower case."""
    return {parameter["name"].lower() for parameter in operation.get("parameters", ())}


def _body_reference(response: Document) -> str:
    """Return the reference to the schema of a response's JSON body, or an empty text."""
    content = response.get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", ""))
