"""Waiting for what happens in another process, without sleeping longer than it takes."""

import time
from collections.abc import Callable


def eventually(holds: Callable[[], bool], *, seconds: float = 20) -> bool:
    """Tell whether a condition came true before the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
