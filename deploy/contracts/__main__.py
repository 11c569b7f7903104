"""Check that events only extend those of the last release: `python -m deploy.contracts`."""

import sys
from pathlib import Path

from deploy.contracts.compatibility import breaking_changes
from deploy.contracts.released import present_contracts, released_contracts

ROOT = Path(__file__).resolve().parents[2]
ADVICE = """
Other systems read version 1 of these events, so it gets optional fields and further codes only.
Undo the change, add an optional field beside the old one, or declare a version 2 of the event that
is published in addition (docs/conventions.md, "Events")."""


def main(root: Path = ROOT) -> int:
    """Print each change that breaks consumers; return the exit status, 1 if there is one."""
    changes = list(breaking_changes(released_contracts(root), present_contracts()))
    for change in changes:
        print(change)
    if changes:
        print(ADVICE)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
