"""Ports of 127.0.0.1 that nobody listens on.

They lie below those that systems give to outgoing connections (from 32768 on): otherwise a client
that tries again and again to reach a server that is down can take its port.
"""

import random
import socket

_LEAST, _MOST = 20_000, 29_999


def free_ports(count: int) -> list[int]:
    """Give so many different free ports, in no order."""
    candidates = random.SystemRandom().sample(range(_LEAST, _MOST + 1), _MOST + 1 - _LEAST)
    found: list[int] = []
    for port in candidates:
        if len(found) == count:
            break
        if is_free(port):
            found.append(port)
    return found


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen there right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Give one free port."""
    return free_ports(1)[0]
