"""Run one real server in the foreground: `python -m deploy.local {postgres|kafka}`."""

import argparse
import signal
from contextlib import ExitStack
from pathlib import Path

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles


def main() -> None:
    """Start the chosen server, print its addresses, and stop it on Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("server", choices=["postgres", "kafka"])
    parser.add_argument("--folder", type=Path, help="keep the data here (default: temporary)")
    options = parser.parse_args()
    with ExitStack() as running:
        if options.server == "postgres":
            _show_postgres(running.enter_context(Postgres(options.folder)))
        else:
            _show_kafka(running.enter_context(Kafka(options.folder)))
        print("Ctrl-C stops it.", flush=True)
        _wait_for_stop()


def _wait_for_stop() -> None:
    stop_signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
    signal.sigwait(stop_signals)


def _show_postgres(server: Postgres) -> None:
    print(f"administrator  {server.url}")
    for service, url in create_roles(server.url).items():
        print(f"{service:<14} {url}")


def _show_kafka(server: Kafka) -> None:
    print(f"bootstrap      {server.bootstrap}")


if __name__ == "__main__":
    main()
