"""The answer to a body that is too large, as a problem."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import TooLarge
from shared.http import problems

_TOO_LARGE = 413


class ExplainTooLarge:
    """Middleware that replaces the plain text of Starlette's body limit with a problem (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def send_explained(message: Message) -> None:
            nonlocal replaced
            if message.get("status") == _TOO_LARGE:
                replaced = True
                await problems.problem_response(TooLarge())(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_explained)
