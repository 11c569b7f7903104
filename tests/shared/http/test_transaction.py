"""Tests of transactions of routes: the response is sent after the commit."""

from concurrent.futures import ThreadPoolExecutor

import httpx
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.ids import new_id
from shared.models import StoredAnswer
from tests.shared.backend import Backend, wait_until
from tests.shared.http.notes import GATE, Note

KEY = {"Idempotency-Key": "one"}


def count(backend: Backend, table: type) -> int:
    """Return the number of rows of a table."""
    with backend.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_failed_commit_is_not_answered_with_201(backend: Backend, client: httpx.Client) -> None:
    """The database checks the constraint at the commit, after the route function has returned."""
    orphan = {"title": "orphan", "reply_to": str(new_id())}
    answer = client.post("/v1/notes", json=orphan, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert count(backend, Note) == 0
    assert count(backend, StoredAnswer) == 0


def test_a_database_that_is_lost_at_the_commit_is_a_503(
    backend: Backend, client: httpx.Client
) -> None:
    gone = OperationalError("COMMIT", None, Exception("server closed the connection"))

    def fail(_: Session) -> None:
        raise gone

    event.listen(Session, "before_commit", fail)
    try:
        answer = client.post("/v1/notes", json={"title": "a"}, headers=KEY)
    finally:
        event.remove(Session, "before_commit", fail)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert count(backend, Note) == 0


def test_two_simultaneous_requests_for_the_same_title_create_one_note(
    backend: Backend, client: httpx.Client
) -> None:
    """The unique constraint refuses the second request, which gets 409 and not 500."""
    GATE.open.clear()
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(client.post, "/v1/notes", json={"title": "a"}) for _ in range(2)]
        wait_until(GATE.inside.is_set)
        GATE.open.set()
        answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert count(backend, Note) == 1


def test_more_simultaneous_requests_than_connections_all_succeed(client: httpx.Client) -> None:
    """A service has 40 threads and 20 connections; none may wait for the other forever."""
    with ThreadPoolExecutor(64) as pool:
        titles = [f"note {number}" for number in range(150)]
        answers = pool.map(lambda title: client.post("/v1/notes", json={"title": title}), titles)
        assert {answer.status_code for answer in answers} == {201}


def test_two_requests_with_one_key_at_the_same_time_have_one_effect(
    backend: Backend, client: httpx.Client
) -> None:
    """On PostgreSQL the second request gets 409; on SQLite it waits for the same answer."""
    GATE.open.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/v1/notes", json={"title": "a"}, headers=KEY)
        wait_until(GATE.inside.is_set)
        second = pool.submit(client.post, "/v1/notes", json={"title": "a"}, headers=KEY)
        if not backend.database.is_sqlite:
            refused = second.result(timeout=20)
            assert (refused.status_code, refused.json()["code"]) == (409, "in_progress")
            assert refused.headers["Retry-After"] == "1"
            assert "in progress" in refused.json()["detail"]
        GATE.open.set()
        created = first.result()
        assert created.status_code == 201
        if backend.database.is_sqlite:
            assert second.result().content == created.content
    assert count(backend, Note) == 1
