import argparse
import tempfile
from pathlib import Path

from deploy.demo.client import Api
from deploy.demo.findings import findings, loaded, settle
from deploy.demo.generate import generate
from deploy.demo.load import load
from deploy.demo.report import report


def main() -> None:
    """Run the command that was typed."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description="The demo company.")
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("generate", help="write its files into a folder")
    writing.add_argument("--into", type=Path, required=True, metavar="DIR")
    loading = commands.add_parser("load", help="load it through the public API and report")
    loading.add_argument("--url", required=True, help="address of the gateway")
    loading.add_argument("--key", required=True, help="an API key that may write")
    arguments = parser.parse_args()
    if arguments.command == "generate":
        generate(arguments.into)
    else:
        show(arguments.url, arguments.key)


def show(url: str, key: str) -> None:
    """Load the demo company into a running product and print what that makes of it."""
    with tempfile.TemporaryDirectory() as made, Api(url, key) as api:
        folder = Path(made)
        generate(folder)
        survey = load(api, folder)
        settle(api, survey, loaded(folder))
        print(f"\n{report(findings(api, survey, _addresses(url)))}\n")


def _addresses(url: str) -> list[tuple[str, str]]:
    return [("API", url), ("API 文档 docs", f"{url}/docs"), ("OpenAPI", f"{url}/openapi.json")]


if __name__ == "__main__":
    main()
