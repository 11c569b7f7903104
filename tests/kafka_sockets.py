"""The sockets that kafka-python leaves open, closed by the garbage collector without a warning.

When a client is closed while it connects, kafka-python 3.0.12 drops the coroutine that holds the
socket (`kafka/net/inet.py`, `sock_connect`). Python then closes it and warns in whatever test runs
at that moment. Every other socket that is left open still fails the test.
"""

import socket
from typing import Any

from kafka.net.inet import KafkaNetSocket


class _Forgotten(socket.socket):
    def __del__(self) -> None:
        self.close()


def _socket(_: Any, family: int, kind: int, protocol: int) -> socket.socket:
    return _Forgotten(family, kind, protocol)


def close_forgotten() -> None:
    """Have kafka-python open such sockets."""
    KafkaNetSocket.socket = _socket
