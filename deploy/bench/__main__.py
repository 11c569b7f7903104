"""Run the benchmark: `python -m deploy.bench`.

Arguments choose the parts to run: import, freshness, read, start (default: all). The command
prints the figures of these parts and writes them to var/bench.json.
"""

import argparse
import json
import os
import platform
import secrets
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.bench import freshness, online_retail, read, retail, start
from deploy.bench.figures import Part, table
from deploy.bench.servers import FreshServers
from deploy.bench.subject import Subject
from deploy.local.ports import free_port
from deploy.local.run import Client, Plan, run

PARTS_ON_REAL_STACK: dict[str, Callable[[Subject], Part]] = {
    "import": retail.measure,
    "freshness": freshness.measure,
    "read": read.measure,
}
PARTS = (*PARTS_ON_REAL_STACK, "start")
OUTPUT = Path("var") / "bench.json"
HTTP_TIMEOUT_SECONDS = 300


def main() -> int:
    """Measure the chosen parts, print their figures and write them to a file.

    Return 0, or another exit code if a part could not be measured.
    """
    chosen = _available_parts(_parser().parse_args().parts or PARTS)
    OUTPUT.parent.mkdir(exist_ok=True)
    parts = [start.measure()] if "start" in chosen else []
    on_real_stack = [name for name in PARTS_ON_REAL_STACK if name in chosen]
    if on_real_stack:
        status, measured = _measure_on_real_stack(on_real_stack)
        if status:
            return status
        parts += measured
    print(f"\n{table(parts)}\n")
    _write_results([part.document() for part in parts])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.bench", description=__doc__)
    choices = "|".join(PARTS)
    parser.add_argument("parts", nargs="*", type=_valid_part, metavar=choices, help="default: all")
    return parser


def _valid_part(name: str) -> str:
    """Return `name` if a part of the benchmark has this name; otherwise raise argparse's error."""
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(PARTS)}")
    return name


def _available_parts(parts: Sequence[str]) -> set[str]:
    """Return `parts`; leave out "import", with a message, if the data set is not installed."""
    chosen = set(parts)
    if "import" in chosen and not online_retail.FILE.exists():
        print(f"import is left out: {online_retail.FILE} does not exist", file=sys.stderr)
        chosen.remove("import")
    return chosen


def _measure_on_real_stack(names: list[str]) -> tuple[int, list[Part]]:
    """Run the product as `make real` does, and the benchmark in one more process beside it.

    Return the exit code and the measured parts. The benchmark process passes them on in a file.
    """
    servers = FreshServers()
    with tempfile.TemporaryDirectory() as data:
        environment = {"PATRON_DATA": data, "PATRON_PORT": str(free_port())}
        os.environ |= environment | {"PATRON_ADMIN_KEY": f"patron_{secrets.token_urlsafe(32)}"}
        output = Path(data) / "measured.json"
        client = Client(name="bench", run=partial(_measure, servers, names, output), ends_run=True)
        status = run(Plan(servers=servers, client=client))
        documents = json.loads(output.read_text()) if output.exists() else []
    return status, [Part.read(document) for document in documents]


def _measure(servers: FreshServers, names: list[str], output: Path, url: str, key: str) -> None:
    """Run the named parts of the benchmark on the running product; print and store the figures.

    The figures are written to the file `output`. The supervisor of the product runs this function
    in a process of its own.
    """
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=HTTP_TIMEOUT_SECONDS
    ) as http:
        subject = Subject(url, key, servers.postgres.url, servers.kafka.bootstrap, http)
        parts = []
        for name in names:
            print(f"\n{name} ...", flush=True)
            parts.append(PARTS_ON_REAL_STACK[name](subject))
            print(table(parts[-1:]), flush=True)
    output.write_text(json.dumps([part.document() for part in parts]))


def _write_results(parts: list[dict[str, Any]]) -> None:
    document = {
        "measured_at": datetime.now(UTC).isoformat(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": len(os.sched_getaffinity(0)),
        "stack": "PostgreSQL 18 (fsync on) and Apache Kafka 4.2, both on this machine",
        "parts": parts,
    }
    OUTPUT.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"Wrote {OUTPUT}")


if __name__ == "__main__":
    sys.exit(main())
