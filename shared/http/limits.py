"""The problem response to a request body that is too large."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import TooLarge
from shared.http import problems

_TOO_LARGE = 413


class ExplainTooLarge:
    """Middleware that answers 413 with a problem instead of Starlette's plain text.

    A 413 that is a problem already stays as it is: it says more.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def send_explained(message: Message) -> None:
            """Send a message, but a problem instead of Starlette's response with the status 413."""
            nonlocal replaced
            if message.get("status") == _TOO_LARGE and not _is_problem(message):
                replaced = True
                await problems.problem_response(TooLarge())(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_explained)


def _is_problem(message: Message) -> bool:
    """Return whether the response that begins with this message is a problem."""
    return Headers(raw=message["headers"]).get("content-type") == problems.MEDIA_TYPE
