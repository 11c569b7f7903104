"""The HTTP server for probes and metrics of a process, on its own port; it needs no token."""

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
    """A server with a thread per request: a slow `/readyz` must not make `/livez` fail."""

    daemon_threads = True


class _SilentRequestHandler(WSGIRequestHandler):
    """A request handler that writes no access log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: probes are requested every few seconds."""


class Probes:
    """The server of `/livez`, `/readyz` and `/metrics`.

    `/livez` answers 503 if the process must be restarted, `/readyz` answers 503 while the process
    should get no requests, and Prometheus reads `/metrics`.
    """

    def __init__(self, host: str, port: int, *, alive: Check, ready: Check) -> None:
        self._checks = {"/livez": alive, "/readyz": ready}
        self._metrics = make_wsgi_app()
        try:
            self._server: WSGIServer = make_server(
                host, port, self._answer, server_class=_Server, handler_class=_SilentRequestHandler
            )
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
        Thread(target=self._server.serve_forever, name="operations", daemon=True).start()

    @property
    def port(self) -> int:
        """The port on which the server listens; port 0 in the constructor chooses a free one."""
        return self._server.server_port

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request; this is the WSGI application."""
        path = environ["PATH_INFO"]
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start)
            return answer
        check = self._checks.get(path)
        status = "404 Not Found" if check is None else _status_line(check)
        start(status, [("Content-Type", "text/plain")])
        return [status.encode()]


def _status_line(check: Check) -> str:
    """Run a check and return the HTTP status of its result."""
    return "200 OK" if check() else "503 Service Unavailable"
