"""Goes through a service as its OpenAPI document shows it, each example sent where it belongs."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.database import Database

Document = dict[str, Any]

ENDS = {"close", "cancel"}
"""Steps after which a thing takes nothing more."""


@dataclass(frozen=True)
class Operation:
    """Something that can be asked of a service."""

    verb: str
    path: str
    described: Document

    def __str__(self) -> str:
        return f"{self.verb.upper()} {self.path}"

    @property
    def name(self) -> str:
        """The verb, as generated clients call it."""
        return str(self.described["operationId"])

    @property
    def noun(self) -> str:
        """The noun that it belongs to."""
        return str(self.described["tags"][0])

    @property
    def ends(self) -> bool:
        """Tell whether it has to come last."""
        return self.verb == "delete" or self.path.rpartition("/")[2] in ENDS

    def takes(self, place: str, name: str) -> bool:
        """Tell whether it has a parameter."""
        return any((one["in"], one["name"]) == (place, name) for one in self.parameters)

    @property
    def parameters(self) -> list[Document]:
        """Describe its parameters."""
        found: list[Document] = self.described.get("parameters", [])
        return found


@dataclass
class Visitor:
    """Sends what the document shows, with the ids just made in the place of those shown.

    The order is that of the document: a noun has to stand behind those that it needs. What ends
    something comes last. A POST without a body makes a step, any other one thing more.
    """

    document: Document
    client: httpx.Client
    database: Database
    made: dict[str, str] = field(default_factory=dict)
    """What was made last, by the path of its list."""

    def operations(self, *verbs: str) -> list[Operation]:
        """List what programs call; all, or some verbs. Pages for people have their own tests."""
        return [
            Operation(verb, path, described)
            for path, methods in self.document["paths"].items()
            for verb, described in methods.items()
            if path.startswith("/v1/") and (not verbs or verb in verbs)
        ]

    def walk(self, *, to_its_end: bool = True) -> Iterator[tuple[Operation, httpx.Response]]:
        """Do everything that changes something, each with an Idempotency-Key where it takes one."""
        found = self.operations("post", "put", "patch", "delete")
        steps = [one for one in found if not one.ends]
        last = [one for one in reversed(found) if one.ends and to_its_end]
        for operation in steps + last:
            answer = self.sends(operation)
            assert answer.is_success, (str(operation), answer.text)
            self._remember(operation, answer)
            yield operation, answer

    def sends(
        self, operation: Operation, client: httpx.Client | None = None, **body: Any
    ) -> httpx.Response:
        """Send what the document shows, or another body; as the visitor, or by another client."""
        place = self.place(operation)
        headers = {}
        if operation.takes("header", "idempotency-key"):
            headers["Idempotency-Key"] = f"{operation.verb}-{place}"
        if operation.takes("header", "if-match"):
            headers["If-Match"] = self.client.get(place).headers["ETag"]
        sent = body or self.body(operation)
        return (client or self.client).request(operation.verb, place, headers=headers, **sent)

    def sends_another(self, operation: Operation) -> httpx.Response:
        """Send the example again, one of its texts changed if need be, until something is made."""
        shown = self.body(operation)
        place = self.place(operation)
        answer = self.client.request(operation.verb, place, **shown)
        for other in _others(shown.get("json", {})):
            if answer.is_success:
                break
            answer = self.client.request(operation.verb, place, json=other)
        return answer

    def repeats(self, answer: httpx.Response, **changed: str | None) -> httpx.Response:
        """Send a request once more as it was, but for headers (by names with underscores)."""
        asked = answer.request
        said: dict[str, str | None] = {name: asked.headers.get(name) for name in _SAID}
        said |= {name.replace("_", "-"): value for name, value in changed.items()}
        kept = {name: value for name, value in said.items() if value is not None}
        return self.client.request(asked.method, asked.url, content=asked.read(), headers=kept)

    def place(self, operation: Operation) -> str:
        """Write a path with what was made or shown in place of its names."""
        shown = {one["name"]: one["schema"].get("examples") for one in operation.parameters}
        place = template = ""
        for segment in operation.path.strip("/").split("/"):
            name = segment.strip("{}")
            if segment == name:
                place += f"/{name}"
            else:
                known = self.made.get(template) or (shown[name] or [None])[0]
                place += f"/{known or self._listed(place, name)}"
            template += f"/{segment}"
        return place

    def strays(
        self, operation: Operation, wrong: Mapping[str, str]
    ) -> Iterator[tuple[str, httpx.Response]]:
        """Ask with each name of the path in turn replaced by a wrong one of its kind."""
        there, names = self.place(operation).split("/"), operation.path.split("/")
        for one in operation.parameters:
            kind = one["schema"].get("format", one["schema"].get("type"))
            if one["in"] == "path" and kind in wrong:
                at = names.index(f"{{{one['name']}}}")
                place = "/".join([*there[:at], wrong[kind], *there[at + 1 :]])
                sent: dict[str, Any] = {"headers": {"If-Match": '"1"'}} | self.body(operation)
                yield one["name"], self.client.request(operation.verb, place, **sent)

    def body(self, operation: Operation) -> dict[str, Any]:
        """Give the body that the document shows, as arguments of a request."""
        if "requestBody" not in operation.described:
            return {}
        ((kind, content),) = operation.described["requestBody"]["content"].items()
        example = self.example(content["schema"])
        if kind == "application/json":
            return {"json": {name: self._id(name) or value for name, value in example.items()}}
        parts = {name: _as_text(value) for name, value in example.items()}
        return {"files": {"file": ("example.csv", parts.pop("file"))}, "data": parts}

    def example(self, schema: Document) -> Any:
        """Give the one example of a schema; KeyError where there is none."""
        if "$ref" not in schema:
            return schema["examples"][0]
        name = schema["$ref"].rpartition("/")[2]
        (example,) = self.document["components"]["schemas"][name]["examples"]
        return example

    def _remember(self, operation: Operation, answer: httpx.Response) -> None:
        above, _, made = answer.headers.get("Location", "").rpartition("/")
        if above == answer.request.url.path:
            self.made[operation.path] = made

    def _id(self, name: str) -> str | None:
        """Give what was made last of a noun, by the name that paths give to its id."""
        known = (made for path, made in self.made.items() if self._names(f"{path}/{{{name}}}"))
        return next(known, None) if name.endswith("_id") else None

    def _names(self, path: str) -> bool:
        return path in self.document["paths"]

    def _listed(self, place: str, name: str) -> str:
        """Take the first of a list of things that nobody makes by a POST."""
        (first, *_) = self.client.get(place).json()["items"]
        return str(first.get(name) or first["id"])


_SAID = ("content-type", "idempotency-key", "if-match")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _others(body: Any) -> Iterator[Any]:
    """Give copies of a body, each with another of its texts changed."""
    for way in _texts(body):
        other = part = deepcopy(body)
        for step in way[:-1]:
            part = part[step]
        part[way[-1]] += "2"
        yield other


def _texts(part: Any) -> Iterator[list[Any]]:
    inside = part.items() if isinstance(part, dict) else enumerate(part)
    for step, value in inside:
        if isinstance(value, str):
            yield [step]
        elif isinstance(value, dict | list):
            yield from ([step, *rest] for rest in _texts(value))
