"""Probes and metrics of a process, on a port of their own, without a token."""

from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Check = Callable[[], bool]


class _Server(ThreadingMixIn, WSGIServer):
    """A thread a request: a slow `/readyz` must not make `/livez` fail."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep probes out of the log."""


class Probes:
    """`/livez` (restart me if this fails), `/readyz` (send me work), `/metrics` (Prometheus)."""

    def __init__(self, host: str, port: int, *, alive: Check, ready: Check) -> None:
        self._checks = {"/livez": alive, "/readyz": ready}
        self._metrics = make_wsgi_app()
        self._server: WSGIServer = make_server(
            host, port, self._answer, server_class=_Server, handler_class=_Quiet
        )
        Thread(target=self._server.serve_forever, name="operations", daemon=True).start()

    @property
    def port(self) -> int:
        """The port that was taken."""
        return self._server.server_port

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start)
            return answer
        check = self._checks.get(path)
        status = "404 Not Found" if check is None else _status(check)
        start(status, [("Content-Type", "text/plain")])
        return [status.encode()]


def _status(check: Check) -> str:
    return "200 OK" if check() else "503 Service Unavailable"
