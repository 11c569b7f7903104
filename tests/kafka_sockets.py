"""Sockets that kafka-python leaves open are closed by the garbage collector without a warning.

When a client is closed while it is connecting, kafka-python 3.0.12 drops the coroutine that owns
the socket (`kafka/net/inet.py`, `sock_connect`). Python then closes the socket and warns in
whichever test runs at that moment, and a warning fails it. Any other socket that is left open
still fails its test.
"""

import socket
from typing import Any

from kafka.net.inet import KafkaNetSocket


class _SilentlyClosed(socket.socket):
    def __del__(self) -> None:
        self.close()


def _open_socket(_: Any, family: int, kind: int, protocol: int) -> socket.socket:
    return _SilentlyClosed(family, kind, protocol)


def replace_sockets_of_kafka_python() -> None:
    """Replace the class of kafka-python's sockets by one whose garbage collection does not warn."""
    KafkaNetSocket.socket = _open_socket
