"""Run the product or one server: `python -m deploy.local {run|real|postgres|kafka}`."""

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.product import data_folder
from deploy.local.real import RealServers
from deploy.local.roles import create_roles
from deploy.local.run import NoServers, Plan, run


def main() -> int:
    """Run the product or the chosen server until Ctrl-C or SIGTERM; return the exit code."""
    options = _parser().parse_args()
    if options.command == "run":
        return run(Plan(servers=NoServers()))
    if options.command == "real":
        return run(Plan(part="real", servers=RealServers(data_folder("real"))))
    with ExitStack() as running:
        if options.command == "postgres":
            _print_postgres_urls(running.enter_context(Postgres(options.folder)))
        else:
            _print_kafka_address(running.enter_context(Kafka(options.folder)))
        print("Ctrl-C stops it.", flush=True)
        _wait_for_stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    choices = parser.add_subparsers(dest="command", required=True)
    choices.add_parser("run", help="the whole product, embedded, empty at first")
    choices.add_parser("real", help="the whole product on PostgreSQL and Apache Kafka")
    for server in ("postgres", "kafka"):
        server_command = choices.add_parser(server, help="this server alone")
        server_command.add_argument(
            "--folder", type=Path, help="store the data here (default: temporary)"
        )
    return parser


def _wait_for_stop() -> None:
    """Return when a signal to stop arrives; the signal does nothing else."""
    stop_signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
    signal.sigwait(stop_signals)


def _print_postgres_urls(server: Postgres) -> None:
    """Print the URL of the administrator, and of each service's role, which is created here."""
    print(f"administrator  {server.url}")
    for service, url in create_roles(server.url).items():
        print(f"{service:<14} {url}")


def _print_kafka_address(server: Kafka) -> None:
    print(f"bootstrap      {server.bootstrap}")


if __name__ == "__main__":
    sys.exit(main())
