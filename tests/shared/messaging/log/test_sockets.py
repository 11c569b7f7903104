"""What a dropped connect of kafka-python leaves behind fails nobody's test; other sockets do."""

import socket
import warnings

import pytest
from kafka.net.inet import KafkaNetSocket

KINDS = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def test_a_socket_that_kafka_python_forgets_is_closed_in_silence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        forgotten = KafkaNetSocket().socket(*KINDS)
        forgotten.connect(server.getsockname())
        with server.accept()[0] as peer:
            del forgotten
            assert peer.recv(1) == b""


@pytest.mark.filterwarnings("default")
def test_any_other_forgotten_socket_is_told() -> None:
    with pytest.warns(ResourceWarning, match="unclosed <socket"):
        socket.socket(*KINDS)
