"""Sockets that kafka-python leaves open cause no warnings in tests; other open sockets do."""

import socket
import warnings

import pytest
from kafka.net.inet import KafkaNetSocket

KINDS = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def test_a_socket_that_kafka_python_leaves_open_is_closed_without_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        forgotten = KafkaNetSocket().socket(*KINDS)
        forgotten.connect(server.getsockname())
        with server.accept()[0] as peer:
            del forgotten
            assert peer.recv(1) == b""


@pytest.mark.filterwarnings("default")
def test_any_other_socket_that_is_left_open_causes_a_warning() -> None:
    with pytest.warns(ResourceWarning, match="unclosed <socket"):
        socket.socket(*KINDS)
