"""A POST with an Idempotency-Key has one effect: its answer is kept in the same transaction."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.responses import Response

from shared import clock
from shared.database import is_sqlite
from shared.errors import Conflict, Fault, Invalid
from shared.http.dependencies import Caller, Transaction, refuse_repeated
from shared.models import StoredAnswer


class Idempotency:
    """Makes a POST with an Idempotency-Key have one effect and always the same answer."""

    def __init__(self, session: Session, caller: str, key: str | None, said: bytes) -> None:
        self._session = session
        self._caller = caller
        self._key = key
        self._said = said

    def __call__(
        self, use_case: Callable[[], Response], *, also: Callable[[], str] = str
    ) -> Response:
        """Run the use case or repeat its answer; `also` tells what else makes two requests one."""
        if self._key is None:
            return use_case()
        fingerprint = _digest(f"{_digest(self._said)}{also()}".encode())
        self._claim()
        stored = self._session.get(StoredAnswer, (self._caller, self._key))
        if stored is None:
            return self._store(fingerprint, use_case())
        if stored.fingerprint != fingerprint:
            fault = Fault("header:Idempotency-Key", "key_reused", "A new request needs a new key.")
            raise Invalid(fault, code="key_reused")
        headers = stored.headers | {"Idempotent-Replayed": "true"}
        return Response(bytes(stored.body), status_code=stored.status, headers=headers)

    def _claim(self) -> None:
        """On PostgreSQL a second request in flight is told so; SQLite's write lock has it wait."""
        if is_sqlite(self._session):
            return
        claim = text(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || :name, 0))"
        )
        name = {"name": f"\x1f{self._caller}\x1f{self._key}"}
        if not self._session.execute(claim, name).scalar_one():
            raise Conflict(
                detail="A request with this Idempotency-Key is in progress.",
                code="in_progress",
                headers={"Retry-After": "1"},
            )

    def _store(self, fingerprint: str, answer: Response) -> Response:
        self._session.add(
            StoredAnswer(
                caller=self._caller,
                key=self._key,
                fingerprint=fingerprint,
                status=answer.status_code,
                headers=dict(answer.headers),
                body=bytes(answer.body),
                answered_at=clock.now(),
            )
        )
        self._session.flush()
        return answer


def _digest(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()


async def _once(
    request: Request,
    session: Transaction,
    caller: Caller,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Any text of yours, new for each intended effect: a retry with "
            "the same key has one effect and gets the same answer.",
        ),
    ] = None,
) -> Idempotency:
    said = b"" if idempotency_key is None else await _said(request)
    refuse_repeated(request, "Idempotency-Key")
    return Idempotency(session, caller.subject, idempotency_key, said)


async def _said(request: Request) -> bytes:
    """Give what makes two requests the same; the parts of a form are told by its route."""
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    if request.headers.get("content-type", "").startswith("multipart/"):
        return asked
    return asked + await request.body()


Once = Annotated[Idempotency, Depends(_once)]
