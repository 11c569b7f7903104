"""Tests of the load generator of the read benchmark."""

import pytest

from deploy.bench.closed_loop import _is_complete

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("response", "is_complete"),
    [
        (HEAD, False),
        (HEAD + b"Content-Length: 2\r\n\r\n", False),
        (HEAD + b"Content-Length: 2\r\n\r\n{}", True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", False),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", True),
    ],
)
def test_a_response_is_complete_at_its_content_length_or_its_last_chunk(
    response: bytes,
    is_complete: bool,  # noqa: FBT001 - the expected result
) -> None:
    assert _is_complete(response) == is_complete
