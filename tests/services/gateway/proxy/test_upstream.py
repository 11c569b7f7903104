"""Tests of failures of a service: what is answered, and that the log has no personal data."""

import asyncio
import re
from contextlib import suppress

import httpx
import pytest
from multidict import CIMultiDict

from services.gateway.proxy.upstream import Outgoing, Upstream
from shared.errors import Problem
from tests.services.gateway.conftest import Gateway
from tests.waiting import eventually

PERSONAL = "wangxiaoming"
TOO_LONG = 40 * 1024


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return everything that was logged, tracebacks too."""
    return caplog.text + " ".join(record.getMessage() for record in caplog.records)


def test_a_header_several_times_as_long_as_the_longest_path_is_returned(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/long-link?bytes=30000")
    assert (answer.status_code, len(answer.headers["Link"])) == (200, 30000)


def test_an_answer_that_cannot_be_read_is_a_502_that_advises_no_retry(gateway: Gateway) -> None:
    answer = gateway.client.get(f"/v1/customers/long-link?bytes={TOO_LONG}")
    assert (answer.status_code, answer.json()["code"]) == (502, "bad_gateway")
    assert "Retry-After" not in answer.headers
    assert "gets no other answer" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "event"),
    [
        (f"/v1/customers/long-link?bytes={TOO_LONG}&q={PERSONAL}", "upstream.failed"),
        (f"/v1/customers/break-large?q={PERSONAL}", "upstream.broke_off"),
        (f"/v1/scores/1?q={PERSONAL}", "upstream.failed"),
    ],
)
def test_the_log_of_a_failed_request_has_neither_the_token_nor_the_query(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, path: str, event: str
) -> None:
    caplog.set_level("DEBUG", logger="services.gateway")
    caplog.set_level("DEBUG", logger="shared")
    with suppress(httpx.RemoteProtocolError):  # a large answer that breaks off is left unfinished
        gateway.client.get(path)
    assert eventually(lambda: event in logged(caplog))
    assert not re.search(rf"eyJ|[Bb]earer|{PERSONAL}", logged(caplog))


def test_the_log_names_the_classes_of_the_errors_and_what_the_system_reported(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.client.get("/v1/scores/1")
    gateway.client.get(f"/v1/customers/long-link?bytes={TOO_LONG}")
    assert "ClientConnectorError (Connection refused)" in logged(caplog)
    assert "ClientResponseError from HttpProcessingError from LineTooLong" in logged(caplog)


def test_a_problem_after_a_failed_request_shows_no_exception_of_the_client_library() -> None:
    """The traceback of a problem that is logged would have the token and the query."""
    upstream = Upstream({"registry": "http://127.0.0.1:1"}, seconds=5, connections=1)
    headers = CIMultiDict({"Authorization": "Bearer eyJ"})

    async def failure() -> Problem:
        with pytest.raises(Problem) as raised:
            await upstream.send(Outgoing("registry", "GET", "/v1/customers", headers, None))
        await upstream.close()
        return raised.value

    problem = asyncio.run(failure())
    assert problem.__cause__ is None
    assert problem.__suppress_context__
