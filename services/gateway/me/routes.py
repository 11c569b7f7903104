"""HTTP route of the caller."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from services.gateway.api_key import repository, service
from services.gateway.me.schemas import MeOut, me_out
from services.gateway.proxy.quota import Quota
from services.gateway.settings import Settings as GatewaySettings
from services.gateway.team import repository as teams
from services.gateway.user import repository as users
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import Caller, Reading, service_settings
from shared.http.routing import Router
from shared.row_access import team_id_of

router = Router(
    prefix="me",
    tag="me",
    about="The caller: the API key of the request, what it may do and see, and its limits.",
)


async def _quota(request: Request) -> Quota:
    """Return the quota of uploads of this process."""
    quota: Quota = request.app.state.quota
    return quota


@router.get("", response_model=MeOut, responses=errors())
def read_me(
    session: Reading,
    caller: Caller,
    quota: Annotated[Quota, Depends(_quota)],
    settings: Annotated[GatewaySettings, Depends(service_settings)],
) -> Response:
    """Read who the caller is, what its key may do and see, and what is left of its limits.

    Every key may read this, whatever its scopes and rows. Each process of the gateway counts
    uploads by itself: where several run, the answer is about the process that has answered. The
    answer to an upload states the same in the headers `RateLimit-Policy` and `RateLimit`.
    """
    key = found_or_404(repository.api_key(session, UUID(caller.subject)), service.UNKNOWN)
    team = None if key.team is None else teams.team(session, UUID(team_id_of(key.team)))
    user = None if key.user is None else users.user(session, UUID(key.user))
    allowance = quota.allowance(caller.subject)
    return json_response(me_out(key, team, user, allowance, body_bytes=settings.body_limit_bytes))
