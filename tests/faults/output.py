"""The output of a fault campaign."""

import sys


def print_line(line: str) -> None:
    """Print a line and flush it, because somebody may be watching."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
