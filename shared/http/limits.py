"""Answer a body that is too large with a problem, as everything else that is refused."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import TooLarge
from shared.http import problems

_TOO_LARGE = 413


class ExplainTooLarge:
    """Starlette's body limit answers in plain text; this puts the problem in its place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def send_explained(message: Message) -> None:
            nonlocal replaced
            if message.get("status") == _TOO_LARGE:
                replaced = True
                await problems.respond(TooLarge())(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_explained)
