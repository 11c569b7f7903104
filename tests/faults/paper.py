"""What the campaign prints."""

import sys


def say(line: str) -> None:
    """Print a line at once: somebody may be watching."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
