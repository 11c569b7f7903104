import argparse
from pathlib import Path

from deploy.demo.generate import generate


def main() -> None:
    """Run the command that was typed."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description="The demo company.")
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("generate", help="write its files into a folder")
    writing.add_argument("--into", type=Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    generate(arguments.into)


if __name__ == "__main__":
    main()
