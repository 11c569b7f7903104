"""A client that knows a service only by its OpenAPI document, and sends the examples in it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx

Document = dict[str, Any]

FINAL_STEPS = {"close", "cancel"}
"""The last segments of paths of operations that end a resource."""


@dataclass(frozen=True)
class Operation:
    """An operation of an OpenAPI document: a method (`verb`) of a path."""

    verb: str
    path: str
    described: Document

    def __str__(self) -> str:
        return f"{self.verb.upper()} {self.path}"

    @property
    def name(self) -> str:
        """The operation id, which generated clients use as a name."""
        return str(self.described["operationId"])

    @property
    def noun(self) -> str:
        """The tag of the operation."""
        return str(self.described["tags"][0])

    @property
    def is_final(self) -> bool:
        """Whether the operation ends a resource (delete, close, cancel) and has to be sent last."""
        return self.verb == "delete" or self.path.rpartition("/")[2] in FINAL_STEPS

    def takes(self, location: str, name: str) -> bool:
        """Return whether the operation has a parameter in the query, header or path."""
        return any((one["in"], one["name"]) == (location, name) for one in self.parameters)

    @property
    def parameters(self) -> list[Document]:
        """The parameters of the operation, as the document describes them."""
        parameters: list[Document] = self.described.get("parameters", [])
        return parameters


@dataclass
class Visitor:
    """Sends the examples of an OpenAPI document; ids in them are replaced by existing ids.

    Operations are sent in the order of the document, in which a resource must follow the resources
    that its examples refer to; operations that end a resource are sent last. A POST with a body
    creates a resource; a POST without a body changes one.
    """

    document: Document
    client: httpx.Client
    complete: Callable[[], None] = lambda: None
    """Stores what no request creates, once all resources are created."""
    created: dict[str, str] = field(default_factory=dict)
    """The id of the resource that was created last, by the path of its list."""

    def operations(self, *verbs: str) -> list[Operation]:
        """Return the operations below /v1, of these verbs or, without arguments, of all.

        Respondents' pages have their own tests.
        """
        return [
            Operation(verb, path, described)
            for path, methods in self.document["paths"].items()
            for verb, described in methods.items()
            if path.startswith("/v1/") and (not verbs or verb in verbs)
        ]

    def send_all(self, *, also_final: bool = True) -> Iterator[tuple[Operation, httpx.Response]]:
        """Send every operation that changes something and yield it with its answer.

        Fails if an answer is not successful. Operations that accept an Idempotency-Key get one.
        """
        changes = self.operations("post", "put", "patch", "delete")
        steps = [one for one in changes if not one.is_final]
        last = [one for one in reversed(changes) if one.is_final and also_final]
        for operation in steps + last:
            answer = self.send(operation)
            assert answer.is_success, (str(operation), answer.text)
            self._remember(operation, answer)
            yield operation, answer

    def send(
        self, operation: Operation, client: httpx.Client | None = None, **body: Any
    ) -> httpx.Response:
        """Send the example of an operation; `client` and `body` replace the defaults.

        A request with another body than the example has an Idempotency-Key of its own.
        """
        path = self.path_of(operation)
        headers = {}
        if operation.takes("header", "idempotency-key"):
            headers["Idempotency-Key"] = f"{operation.verb}-{path}{'-changed' if body else ''}"
        if operation.takes("header", "if-match"):
            headers["If-Match"] = self.client.get(path).headers["ETag"]
        sent = body or self.body(operation)
        return (client or self.client).request(operation.verb, path, headers=headers, **sent)

    def try_out(self, operation: Operation) -> httpx.Response:
        """Send what the page /docs fills in: examples and defaults, with ids that do not exist."""
        filled = {
            (one["in"], one["name"]): written(one.get("example", one["schema"].get("default")))
            for one in operation.parameters
            if "example" in one or "default" in one["schema"]
        }
        path = operation.path
        for (location, name), value in filled.items():
            if location == "path":
                path = path.replace(f"{{{name}}}", value)
        query, headers = (
            {name: value for (location, name), value in filled.items() if location == wanted}
            for wanted in ("query", "header")
        )
        sent = self.body(operation)
        return self.client.request(operation.verb, path, params=query, headers=headers, **sent)

    def send_another(self, operation: Operation) -> httpx.Response:
        """Create a second resource from the example, with a changed text if that is needed."""
        shown = self.body(operation)
        path = self.path_of(operation)
        answer = self.client.request(operation.verb, path, **shown)
        for other in _changed_bodies(shown.get("json", {})):
            if answer.is_success:
                break
            answer = self.client.request(operation.verb, path, json=other)
        return answer

    def repeat(self, answer: httpx.Response, **changed: str | None) -> httpx.Response:
        """Send the request of an answer again; `changed` has new headers, such as `if_match`."""
        first = answer.request
        values: dict[str, str | None] = {
            name: first.headers.get(name) for name in _REPEATED_HEADERS
        }
        values |= {name.replace("_", "-"): value for name, value in changed.items()}
        headers = {name: value for name, value in values.items() if value is not None}
        return self.client.request(first.method, first.url, content=first.read(), headers=headers)

    def path_of(self, operation: Operation) -> str:
        """Return the path of an operation, with created ids or examples as its parameters."""
        shown = {one["name"]: one["schema"].get("examples") for one in operation.parameters}
        path = template = ""
        for segment in operation.path.strip("/").split("/"):
            name = segment.strip("{}")
            if segment == name:
                path += f"/{name}"
            else:
                known = self.created.get(template) or (shown[name] or [None])[0]
                path += f"/{known or self._first_listed(path, name)}"
            template += f"/{segment}"
        return path

    def send_with_wrong_ids(
        self, operation: Operation, wrong: Mapping[str, str]
    ) -> Iterator[tuple[str, httpx.Response]]:
        """Send an operation once for each parameter of its path, with a wrong value for it.

        `wrong` has the values by the format or type of the parameter. Yields the name of the
        parameter and the answer.
        """
        values, names = self.path_of(operation).split("/"), operation.path.split("/")
        for one in operation.parameters:
            kind = one["schema"].get("format", one["schema"].get("type"))
            if one["in"] == "path" and kind in wrong:
                at = names.index(f"{{{one['name']}}}")
                path = "/".join([*values[:at], wrong[kind], *values[at + 1 :]])
                sent: dict[str, Any] = {"headers": {"If-Match": '"1"'}} | self.body(operation)
                yield one["name"], self.client.request(operation.verb, path, **sent)

    def body(self, operation: Operation) -> dict[str, Any]:
        """Return the example body of an operation, as keyword arguments for a request of httpx."""
        if "requestBody" not in operation.described:
            return {}
        ((kind, content),) = operation.described["requestBody"]["content"].items()
        example = self.example(content["schema"])
        if kind == "application/json":
            return {"json": {name: self._id(name) or value for name, value in example.items()}}
        parts = {name: _as_text(value) for name, value in example.items()}
        return {"files": {"file": ("example.csv", parts.pop("file"))}, "data": parts}

    def parameter_value(self, parameter: Document) -> Any:
        """Return a valid value of an optional parameter: an example, or one that its type has."""
        schema = parameter["schema"]
        (schema, *_) = schema.get("anyOf", [schema])
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        examples = parameter["schema"].get("examples", schema.get("examples"))
        if choices := examples or schema.get("enum"):
            return choices[0]
        kind = schema.get("format", schema["type"])
        return self._id(parameter["name"]) or _VALUES[kind]

    def example(self, schema: Document) -> Any:
        """Return the one example of a schema; KeyError if it has none."""
        if "$ref" not in schema:
            return schema["examples"][0]
        name = schema["$ref"].rpartition("/")[2]
        (example,) = self.document["components"]["schemas"][name]["examples"]
        return example

    def _remember(self, operation: Operation, answer: httpx.Response) -> None:
        """Store the id of a resource that was created."""
        parent, _, created_id = answer.headers.get("Location", "").rpartition("/")
        if parent == answer.request.url.path:
            self.created[operation.path] = created_id

    def _id(self, name: str) -> str | None:
        """Return the last created id for a field such as `survey_id`, or None."""
        known = (
            last for path, last in self.created.items() if self._has_path(f"{path}/{{{name}}}")
        )
        return next(known, None) if name.endswith("_id") else None

    def _has_path(self, path: str) -> bool:
        return path in self.document["paths"]

    def _first_listed(self, path: str, name: str) -> str:
        """Return the id of the first item in a list, for resources that cannot be created."""
        (first, *_) = self.client.get(path).json()["items"]
        return str(first.get(name) or first["id"])


_VALUES = {
    "boolean": "true",
    "date": "2026-01-31",
    "date-time": "2026-01-31T01:30:00Z",
    "string": "x",
    "uuid": "0199a7c0-0000-7000-8000-000000000001",
}
"""A valid value of a parameter by its format or type."""
ID_OR_TIME = re.compile(r"0199a7c0-|<shown|\d\dT\d\d:")
"""Matches the values in examples that differ from answer to answer: ids, keys and times."""
_REPEATED_HEADERS = ("content-type", "idempotency-key", "if-match")


def written(value: object) -> str:
    """Return the value of a parameter as the page /docs writes it: true and false for flags."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def without_ids_and_times(example: dict[str, Any]) -> dict[str, Any]:
    """Return an example without the fields that differ from answer to answer."""
    return {name: value for name, value in example.items() if not ID_OR_TIME.search(str(value))}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _changed_bodies(body: Any) -> Iterator[Any]:
    """Yield a copy of a body for each text in it, with this text changed."""
    for steps in _texts(body):
        other = part = deepcopy(body)
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] += "2"
        yield other


def _texts(part: Any) -> Iterator[list[Any]]:
    """Yield the keys and indexes that lead to each text within a JSON value."""
    members = part.items() if isinstance(part, dict) else enumerate(part)
    for step, value in members:
        if isinstance(value, str):
            yield [step]
        elif isinstance(value, dict | list):
            yield from ([step, *rest] for rest in _texts(value))
