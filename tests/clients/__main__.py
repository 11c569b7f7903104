"""Send random requests to the product (`make fuzz`), or lock the Node packages (`make lock`)."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.clients.environment import HERE, ensure
from tests.clients.fuzzing import fuzz
from tests.system.product import started


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lock", help="write package-lock.json with the newest versions")
    fuzzing = commands.add_parser("fuzz", help="send random requests to every operation")
    fuzzing.add_argument("--seed", type=int, default=random.randrange(2**32))
    fuzzing.add_argument("--examples", type=int, default=50, help="requests per operation")
    options = parser.parse_args()
    return lock() if options.command == "lock" else fuzz_new_product(options.seed, options.examples)


def lock() -> int:
    """Write package-lock.json with the newest versions that package.json allows."""
    options = ("--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts")
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    return ensure().run("npm", "update", *options, *quiet, cwd=HERE, show=True).returncode


def fuzz_new_product(seed: int, examples: int) -> int:
    """Start an empty product, send it random requests, and print what is wrong."""
    tools = ensure()
    with (
        tempfile.TemporaryDirectory(prefix="patron-fuzz-") as folder,
        started("run", Path(folder) / "product") as product,
    ):
        return fuzz(tools, product, Path(folder), seed=seed, examples=examples, show=True).exit_code


if __name__ == "__main__":
    sys.exit(main())
