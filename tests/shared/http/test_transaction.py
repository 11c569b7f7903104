"""An answer is true: it leaves after the commit."""

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
    with backend.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_commit_that_fails_is_no_201(backend: Backend, client: httpx.Client) -> None:
    """The constraint is checked at the commit, when the route has long returned its answer."""
    orphan = {"title": "orphan", "follows": str(new_id())}
    answer = client.post("/v1/notes", json=orphan, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert count(backend, Note) == 0
    assert count(backend, StoredAnswer) == 0


def test_a_database_that_goes_away_at_the_commit_is_a_503(
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


def test_what_two_requests_make_at_once_is_made_once(
    backend: Backend, client: httpx.Client
) -> None:
    """The unique title is free for both when they look; the later one is told, not failed."""
    GATE.open.clear()
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(client.post, "/v1/notes", json={"title": "a"}) for _ in range(2)]
        wait_until(GATE.inside.is_set)
        GATE.open.set()
        answers = [call.result() for call in calls]
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert count(backend, Note) == 1


def test_more_requests_than_connections_all_get_through(client: httpx.Client) -> None:
    """Forty threads, twenty connections: a request that has its connection gets a thread to end."""
    with ThreadPoolExecutor(64) as pool:
        titles = [f"note {number}" for number in range(150)]
        answers = pool.map(lambda title: client.post("/v1/notes", json={"title": title}), titles)
        assert {answer.status_code for answer in answers} == {201}


def test_the_same_key_at_the_same_time(backend: Backend, client: httpx.Client) -> None:
    """PostgreSQL tells the second request so; SQLite has it wait for the same answer."""
    GATE.open.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(client.post, "/v1/notes", json={"title": "a"}, headers=KEY)
        wait_until(GATE.inside.is_set)
        second = pool.submit(client.post, "/v1/notes", json={"title": "a"}, headers=KEY)
        if not backend.database.is_sqlite:
            told = second.result(timeout=20)
            assert (told.status_code, told.json()["code"]) == (409, "in_progress")
            assert told.headers["Retry-After"] == "1"
            assert "in progress" in told.json()["detail"]
        GATE.open.set()
        made = first.result()
        assert made.status_code == 201
        if backend.database.is_sqlite:
            assert second.result().content == made.content
    assert count(backend, Note) == 1
