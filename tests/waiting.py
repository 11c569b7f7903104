"""Waiting for something that happens in another thread or process, with a deadline."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    """Poll a condition until it is true, for at most `seconds`; return whether it became true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)  # noqa: TID251  polls until a deadline
    return False
