"""Ports of 127.0.0.1 on which no process listens, reserved for the process that asks for them.

They lie below the range from which the kernel takes ports by itself, for outgoing connections and
for servers that ask for port 0: such a port can be taken between its choice and its use.

Between the choice of a port and the start of its server another process may choose too. So the
choice binds the UDP port of the same number, which no server of ours uses, and holds it: another
process that chooses ports is refused there and takes the next one. The operating system releases
the reservation when the process and its forked children have ended.
"""

import random
import socket
from pathlib import Path

_FIRST, _LAST = 10_000, 29_999
_FEWEST = 1_000
"""With fewer ports than that below the kernel's range, the whole range is used all the same."""
_KERNEL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Reserve that many different free ports and return them, in random order.

    Raises RuntimeError where there are not enough.
    """
    candidates = list(_candidates())
    random.SystemRandom().shuffle(candidates)
    found: list[int] = []
    for port in candidates:
        if len(found) == count:
            break
        if is_free(port) and _reserve(port):
            found.append(port)
    if len(found) < count:
        raise RuntimeError(f"Only {len(found)} of {count} ports are free on {_LOOPBACK}.")
    return found


def free_port() -> int:
    """Reserve one free port and return it."""
    return free_ports(1)[0]


def is_free(port: int, host: str = _LOOPBACK) -> bool:
    """Return whether a server could listen on that port right now, reserved or not."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def _candidates() -> range:
    """Return the ports to choose from: those below the kernel's own range."""
    try:
        kernel_first = int(_KERNEL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        kernel_first = _LAST + 1  # not Linux: there the range begins at 49152 or above
    below = range(_FIRST, min(_LAST + 1, kernel_first))
    return below if len(below) >= _FEWEST else range(_FIRST, _LAST + 1)


def _reserve(port: int) -> bool:
    """Bind the UDP port for as long as this process lives; False where another process has it."""
    holder = socket.socket(type=socket.SOCK_DGRAM)
    try:
        holder.bind((_LOOPBACK, port))
    except OSError:
        holder.close()
        return False
    holder.detach()  # the descriptor stays open until the process ends
    return True
