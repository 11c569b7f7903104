"""Idempotent POSTs: the response to a request with an Idempotency-Key is stored.

The response is stored in the transaction of the request, so a retry with the same key gets the same
response and has no second effect.
"""

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
from shared.http.dependencies import Caller, Transaction, refuse_repeated_header
from shared.models import StoredAnswer


class Idempotency:
    """Runs a use case once for each Idempotency-Key of a caller.

    `content` identifies the request: a key that was sent with a different content is refused.
    """

    def __init__(self, session: Session, caller: str, key: str | None, content: bytes) -> None:
        self._session = session
        self._caller = caller
        self._key = key
        self._content = content

    def __call__(
        self, use_case: Callable[[], Response], *, form_content: Callable[[], str] = str
    ) -> Response:
        """Run the use case and store its answer, or return the stored answer of the same request.

        A route with a form passes `form_content`, which returns a text that identifies the fields
        and files of the form, because `content` does not include the body of a form. Raises Invalid
        (`key_reused`) if the key was already used for a different request.
        """
        if self._key is None:
            return use_case()
        fingerprint = _digest(f"{_digest(self._content)}{form_content()}".encode())
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
        """Raise Conflict (`in_progress`) while another request uses the same key.

        On SQLite a second request waits for the write lock instead.
        """
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
        """Store a response under the key, and return it."""
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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def _idempotency(
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
    """Return the idempotent execution of this request; without the header it runs each time."""
    content = b"" if idempotency_key is None else await _content(request)
    refuse_repeated_header(request, "Idempotency-Key")
    return Idempotency(session, caller.subject, idempotency_key, content)


async def _content(request: Request) -> bytes:
    """Return the method, path, query and body of a request; the body of a form is left out.

    The route of a form reads the body and passes `form_content` to `Idempotency`.
    """
    line = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    if request.headers.get("content-type", "").startswith("multipart/"):
        return line
    return line + await request.body()


Once = Annotated[Idempotency, Depends(_idempotency)]
"""Runs the use case of a POST once per Idempotency-Key: `return once(lambda: answer(...))`."""
