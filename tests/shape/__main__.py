"""Check the shape rules that no linter checks: `python -m tests.shape <folder>`."""

import sys
from pathlib import Path

from tests.shape.rules import violations


def main() -> int:
    """Print every violation of the shape rules in a source tree; return 1 if there is one."""
    found = list(violations(Path(sys.argv[1])))
    print("\n".join(found) or "Shape rules hold.")  # noqa: T201  a command for a terminal
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
