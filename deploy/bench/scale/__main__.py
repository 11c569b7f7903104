"""Measure the list of customers at scale: `python -m deploy.bench.scale --customers 1000000`.

The template database is kept in the folder `scale` of $PATRON_DATA (by default ./var), or, where
the server's user may not enter that folder, below /var/lib/patron. The figures are printed and
written to var/bench-scale.json.
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx

from deploy.bench.figures import table
from deploy.bench.scale import lists, seed, through_api
from deploy.bench.scale.servers import MEASURED, ScaleServers
from deploy.bench.subject import Subject
from deploy.local.ports import free_port
from deploy.local.product import data_folder
from deploy.local.roles import create_roles
from deploy.local.run import Client, Plan, run

OUTPUT = Path("var") / "bench-scale.json"
MOST_THROUGH_API = 100_000
"""Up to this number of customers, the company also comes in through the API."""
HTTP_TIMEOUT_SECONDS = 600


def main() -> int:
    """Measure the lists; return 0, or another exit code if they could not be measured."""
    arguments = _parser().parse_args()
    servers = ScaleServers(
        data_folder("scale"),
        seed_number=arguments.seed,
        count=arguments.customers,
        is_empty=arguments.customers <= MOST_THROUGH_API,
    )
    with closing(servers):
        servers.prepare()
        return _run(servers, arguments.seed, arguments.customers)


def _run(servers: ScaleServers, seed_number: int, count: int) -> int:
    """Run the product as `make real` does, and the benchmark in one more process beside it."""
    with tempfile.TemporaryDirectory() as data:
        environment = {"PATRON_DATA": data, "PATRON_PORT": str(free_port())}
        os.environ |= environment | {"PATRON_ADMIN_KEY": f"patron_{secrets.token_urlsafe(32)}"}
        output = Path(data) / "measured.json"
        measure = partial(_measure, servers, seed_number, count, output)
        status = run(Plan(servers=servers, client=Client(name="bench", run=measure, ends_run=True)))
        if status == 0:
            OUTPUT.parent.mkdir(exist_ok=True)
            OUTPUT.write_text(output.read_text())
            print(f"Wrote {OUTPUT}")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.bench.scale", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="how many (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented company (1)")
    return parser


def _measure(
    servers: ScaleServers, seed_number: int, count: int, output: Path, url: str, key: str
) -> None:
    """Load the company if the database is empty, measure, and store the figures in `output`."""
    if count <= MOST_THROUGH_API:
        _load(servers, seed_number, count, url, key)
    seed.create_teams(create_roles(servers.url_of(MEASURED))["gateway"])
    part = lists.measure(url, key, seed_number=seed_number, count=count)
    print(f"\n{table([part])}\n", flush=True)
    output.write_text(json.dumps(part.document(), indent=1, ensure_ascii=False) + "\n")


def _load(servers: ScaleServers, seed_number: int, count: int, url: str, key: str) -> None:
    """Let the company come in through the API, and compare the tables with the template's."""
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=HTTP_TIMEOUT_SECONDS
    ) as http:
        subject = Subject(url, key, servers.url_of(MEASURED), servers.kafka.bootstrap, http)
        roles = create_roles(servers.url_of(MEASURED))
        through_api.load(subject, roles, seed_number=seed_number, count=count)
    through_api.require_equal(servers.url_of(MEASURED), servers.url_of(servers.template))


if __name__ == "__main__":
    sys.exit(main())
