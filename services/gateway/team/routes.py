"""HTTP routes of teams."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.gateway.team import repository, service
from services.gateway.team.schemas import (
    TeamCreate,
    TeamId,
    TeamOut,
    TeamPage,
    TeamUpdate,
    team_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import NEEDS_ALL_ROWS, ExpectedVersion, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.parameters import CreatedFilter
from shared.http.routing import Router

router = Router(
    prefix="teams",
    tag="teams",
    about="Teams of employees (团队), to which customers, users and API keys belong. Every key "
    "with the scope read reads them; changing them needs the scope admin.",
)


@router.post(
    "",
    status_code=201,
    response_model=TeamOut,
    responses=errors(403),
    dependencies=[NEEDS_ALL_ROWS],
)
def create_team(body: TeamCreate, once: Once, session: Transaction) -> Response:
    """Create a team. A second or two later customers can be assigned to it."""

    def create() -> Response:
        team = service.create_team(session, name=body.name)
        location = f"/v1/teams/{team.id}"
        return json_response(team_out(team), status=201, location=location, version=team.version)

    return once(create)


@router.get("", response_model=TeamPage, responses=errors())
def list_teams(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.TEAMS, TeamPage)],
    filters: Annotated[CreatedFilter, Query()],
) -> Response:
    """List teams, in the order of creation by default."""
    found = repository.teams(session, filters, paging=paging)
    return answer_page(TeamPage, team_out, found, paging)


@router.get("/{team_id}", response_model=TeamOut, responses=errors(404))
def read_team(team_id: TeamId, session: Reading) -> Response:
    """Read one team."""
    team = found_or_404(repository.team(session, team_id), service.UNKNOWN)
    return json_response(team_out(team), version=team.version)


@router.patch(
    "/{team_id}",
    response_model=TeamOut,
    responses=errors(400, 403, 404, 412, 428),
    dependencies=[NEEDS_ALL_ROWS],
)
def change_team(
    team_id: TeamId, body: TeamUpdate, expected_version: ExpectedVersion, session: Transaction
) -> Response:
    """Change the name of a team (JSON Merge Patch)."""
    team = service.change_team(
        session, team_id=team_id, expected_version=expected_version, changes=body.changes()
    )
    return json_response(team_out(team), version=team.version)
