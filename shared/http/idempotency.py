"""Idempotent POSTs: the response to a request with an Idempotency-Key is stored.

The response is stored in the transaction of the request, so a retry with the same key gets the same
response and has no second effect.
"""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.responses import Response

from shared import clock
from shared.database import is_sqlite
from shared.errors import Fault, InvalidValue, KeyReused, RequestInProgress
from shared.http.dependencies import Caller, Transaction, refuse_repeated_header
from shared.http.faults import REUSED_KEY
from shared.http.media_types import FORMS, media_type_of
from shared.http.strict_json import strict_loads
from shared.models import StoredAnswer


@dataclass(frozen=True, slots=True)
class Content:
    """The part of a request that its retry must repeat: method, path, query and body.

    `body` is empty for a form, whose route passes the form's content to `Idempotency`.
    """

    line: bytes
    body: bytes = b""

    def fingerprint(self, form_content: str) -> str:
        """Return a digest that is equal for equal requests.

        JSON bodies are equal if their values are: the order of names, blanks and the notation of
        numbers (`5`, `5.0`, `5e0`) do not matter.
        """
        return _fingerprint(self.line + _canonical(self.body), form_content)

    @property
    def old_fingerprint(self) -> str:
        """The digest that the release before this one stored for a request without a form.

        That release compared the bytes of bodies. A retry with the same bytes is still recognised.
        """
        return _fingerprint(self.line + self.body, "")


class Idempotency:
    """Runs a use case once for each Idempotency-Key of a caller.

    `content` identifies the request: a key that was sent with a different content is refused.
    """

    def __init__(self, session: Session, caller: str, key: str | None, content: Content) -> None:
        self._session = session
        self._caller = caller
        self._key = key
        self._content = content

    def __call__(
        self, use_case: Callable[[], Response], *, form_content: Callable[[], str] = str
    ) -> Response:
        """Run the use case and store its answer, or return the stored answer of the same request.

        A route with a form passes `form_content`, which returns a text that identifies the fields
        and files of the form, because `content` does not include the body of a form. Raises
        KeyReused if the key was already used for a different request.
        """
        if self._key is None:
            return use_case()
        fingerprint = self._content.fingerprint(form_content())
        self._claim()
        stored = self._session.get(StoredAnswer, (self._caller, self._key))
        if stored is None:
            return self._store(fingerprint, use_case())
        if stored.fingerprint not in {fingerprint, self._content.old_fingerprint}:
            raise KeyReused(Fault("header:Idempotency-Key", REUSED_KEY))
        headers = stored.headers | {"Idempotent-Replayed": "true"}
        return Response(bytes(stored.body), status_code=stored.status, headers=headers)

    def _claim(self) -> None:
        """Raise RequestInProgress while another request uses the same key.

        On SQLite a second request waits for the write lock instead.
        """
        if is_sqlite(self._session):
            return
        claim = text(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || :name, 0))"
        )
        name = {"name": f"\x1f{self._caller}\x1f{self._key}"}
        if not self._session.execute(claim, name).scalar_one():
            raise RequestInProgress(headers={"Retry-After": "1"})

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


def _fingerprint(content: bytes, form_content: str) -> str:
    return _digest(f"{_digest(content)}{form_content}".encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _canonical(body: bytes) -> bytes:
    """Return a text that is equal for equal JSON bodies; other bodies are returned as is."""
    try:
        content = strict_loads(body, parse_number=_exact_number)
    except InvalidValue:
        return body
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _exact_number(text: str) -> list[Any]:
    """Return a list that is equal for equal numbers, and unequal to every list in JSON.

    JSON has no NaN, with which the list begins; then follow the digits and the exponent. A float
    would be inexact, and a decimal has an exponent of limited size.
    """
    mantissa, _, exponent = text.lower().partition("e")
    before_point, _, behind_point = mantissa.removeprefix("-").partition(".")
    digits = (before_point + behind_point).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return [math.nan, "0", 0]
    shift = len(digits) - len(significant) - len(behind_point)
    sign = "-" if mantissa.startswith("-") else ""
    return [math.nan, sign + significant, int(exponent or 0) + shift]


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
    content = Content(b"") if idempotency_key is None else await _content(request)
    refuse_repeated_header(request, "Idempotency-Key")
    return Idempotency(session, caller.subject, idempotency_key, content)


async def _content(request: Request) -> Content:
    """Return the content of a request; the route of a form has read the body already."""
    line = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    if media_type_of(request) in FORMS:
        return Content(line)
    return Content(line, await request.body())


Once = Annotated[Idempotency, Depends(_idempotency)]
"""Runs the use case of a POST once per Idempotency-Key: `return once(lambda: answer(...))`."""
