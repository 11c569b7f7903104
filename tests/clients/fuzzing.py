"""Generated requests to every operation of a running product, sent by schemathesis."""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.environment import HERE, Tools
from tests.services.visitor import Visitor
from tests.system.product import ADMIN_KEY, Running

CONFIG = HERE / "schemathesis.toml"


@dataclass(frozen=True)
class Result:
    """The result of schemathesis: its exit code, its output and its report as JSON."""

    exit_code: int
    printed: str
    report: dict[str, Any]


def fuzz(
    tools: Tools, product: Running, folder: Path, *, seed: int, examples: int, show: bool = False
) -> Result:
    """Send generated requests to each operation of an empty product, with the administrator's key.

    Before, the examples of the document are sent, so that requests can name what exists. `examples`
    is the number of random requests per operation and phase. The folder gets the configuration and
    the report; with `show` the output goes to the terminal.
    """
    report, config = folder / "report.json", folder / CONFIG.name
    config.write_text(configuration(existing_values(product)), encoding="utf-8")
    done = tools.run(
        *("schemathesis", f"--config-file={config}", "run", f"{product.url}/openapi.json"),
        f"--header=Authorization: Bearer {ADMIN_KEY}",
        *(f"--seed={seed}", f"--max-examples={examples}"),
        *("--report=json", f"--report-json-path={report}"),
        cwd=folder,
        show=show,
    )
    return Result(done.returncode, done.stdout or "", json.loads(report.read_text()))


def existing_values(product: Running) -> dict[str, list[Any]]:
    """Send the examples of the document; return values of what now exists, by parameter."""
    visitor = Visitor(product.client.get("/openapi.json").json(), product.client)
    for _ in visitor.send_all(also_final=False):
        pass
    values: dict[str, list[Any]] = defaultdict(list)
    for name, value in _values_in_paths(visitor):
        if value not in values[name]:
            values[name].append(value)
    (survey_id,) = values["survey_id"]
    (wave, *_) = product.client.get(f"/v1/surveys/{survey_id}/waves").json()["items"]
    changed = map(visitor.path_of, visitor.operations("patch"))
    etags = [product.client.get(path).headers["ETag"] for path in changed]
    token = wave["link"].rpartition("/")[2]
    return values | {"survey": [survey_id], "token": [token], "if-match": etags}


def _values_in_paths(visitor: Visitor) -> Iterator[tuple[str, Any]]:
    """Yield the name of each parameter of each path, with the value that the visitor sends."""
    for operation in visitor.operations():
        types = {one["name"]: one["schema"].get("type") for one in operation.parameters}
        steps, values = operation.path.split("/"), visitor.path_of(operation).split("/")
        for name, value in zip((step.strip("{}") for step in steps), values, strict=True):
            if name in types:
                yield name, int(value) if types[name] == "integer" else value


def configuration(values: Mapping[str, list[Any]]) -> str:
    """Return the configuration with which half of the requests have these values."""
    lines = [CONFIG.read_text(encoding="utf-8")]
    for name, known in values.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(known)}"]
    lines += ["[parameters]"]
    for name in values:
        lines += [
            f'"{where}.{name}" = {{ dictionary = "{name}", probability = 0.5 }}'
            for where in ("path", "query", "header", "body")
        ]
    text = "\n".join(lines)
    tomllib.loads(text)
    return text
