"""Free TCP ports of 127.0.0.1, reserved for the process that asks for them.

The ports lie below the range from which the kernel chooses ports for outgoing connections and for
servers that ask for port 0. Within that range the kernel could give a port to another process
between our choice of the port and the start of our server.

Another process that uses this module could choose the same port in that time. To prevent this, a
process that chooses a port binds the UDP port with the same number, which our servers do not use.
The other process fails to bind the UDP port and takes the next port. The operating system releases
the UDP port when the process and its forked children have ended.
"""

import random
import socket
from pathlib import Path

_FIRST, _LAST = 10_000, 29_999
_FEWEST = 1_000
"""If fewer ports lie below the kernel's range, all from _FIRST to _LAST are candidates."""
_KERNEL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Reserve `count` different free ports and return them, in random order.

    Raises RuntimeError if there are not enough.
    """
    candidates = list(_candidates())
    random.SystemRandom().shuffle(candidates)
    reserved: list[int] = []
    for port in candidates:
        if len(reserved) == count:
            break
        if is_free(port) and _reserve(port):
            reserved.append(port)
    if len(reserved) < count:
        raise RuntimeError(f"Only {len(reserved)} of {count} ports are free on {_LOOPBACK}.")
    return reserved


def free_port() -> int:
    """Reserve one free port and return it."""
    return free_ports(1)[0]


def is_free(port: int, host: str = _LOOPBACK) -> bool:
    """Return whether a server could listen on a port now.

    The port may be reserved by a process that called `free_port` and has not used the port yet.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def _candidates() -> range:
    """Return the ports to choose from, which lie below the kernel's own range if possible."""
    try:
        kernel_first = int(_KERNEL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        kernel_first = _LAST + 1  # not Linux: there the range begins at 49152 or above
    below = range(_FIRST, min(_LAST + 1, kernel_first))
    return below if len(below) >= _FEWEST else range(_FIRST, _LAST + 1)


def _reserve(port: int) -> bool:
    """Reserve a port by binding its UDP port until this process ends.

    Return False if another process has reserved the port.
    """
    holder = socket.socket(type=socket.SOCK_DGRAM)
    try:
        holder.bind((_LOOPBACK, port))
    except OSError:
        holder.close()
        return False
    holder.detach()  # the descriptor stays open until the process ends
    return True
