"""`python -m deploy.demo` runs the embedded product with the demo company, and prints a report."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from deploy.demo.client import Api, RefusedError
from deploy.demo.findings import count_totals, findings, wait_until_scored
from deploy.demo.generate import generate
from deploy.demo.load import load
from deploy.demo.report import report
from deploy.local.run import Client, NoServers, Plan, run


def main() -> int:
    """Run the chosen command, by default the product with the demo; return the exit code."""
    arguments = _parser().parse_args()
    if arguments.command == "generate":
        generate(arguments.into)
        return 0
    if arguments.command == "load":
        load_and_report(arguments.url, arguments.key)
        return 0
    client = Client(name="demo", run=load_and_report, ends_run=bool(os.environ.get("DEMO_EXIT")))
    return run(Plan(part="demo", servers=NoServers(), client=client))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    generate_command = commands.add_parser(
        "generate", help="write the company's files into a folder"
    )
    generate_command.add_argument("--into", type=Path, required=True, metavar="DIR")
    load_command = commands.add_parser(
        "load", help="load the company into a running product, and report"
    )
    load_command.add_argument("--url", required=True, help="address of the gateway")
    load_command.add_argument("--key", required=True, help="an API key with the scope admin")
    return parser


def load_and_report(url: str, key: str) -> None:
    """Load the demo company into a running product and print the report.

    Raises SystemExit with exit code 1 if the API refuses a request.
    """
    try:
        print(f"\n{_report_after_loading(url, key)}\n", flush=True)
    except RefusedError as refusal:
        print(refusal, file=sys.stderr, flush=True)
        raise SystemExit(1) from refusal


def _report_after_loading(url: str, key: str) -> str:
    """Load the demo company, wait until its scores are computed, and return the report."""
    with tempfile.TemporaryDirectory() as name, Api(url, key) as api:
        folder = Path(name)
        generate(folder)
        began = time.monotonic()
        survey = load(api, folder)
        scores = wait_until_scored(api, survey, count_totals(folder))
        print(f"  已载入 loaded: {time.monotonic() - began:.0f} s", flush=True)
        return report(findings(api, survey, scores))


if __name__ == "__main__":
    sys.exit(main())
