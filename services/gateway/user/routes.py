"""HTTP routes of users."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from services.gateway.user import repository, service
from services.gateway.user.filters import UserFilter
from services.gateway.user.schemas import (
    UserCreate,
    UserId,
    UserOut,
    UserPage,
    UserUpdate,
    user_out,
)
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import NEEDS_ALL_ROWS, ExpectedVersion, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="users",
    tag="users",
    about="Users (员工): the employees to whom customers are assigned. Every key with the scope "
    "read reads them; changing them needs the scope admin.",
)


@router.post(
    "",
    status_code=201,
    response_model=UserOut,
    responses=errors(403),
    dependencies=[NEEDS_ALL_ROWS],
)
def create_user(body: UserCreate, once: Once, session: Transaction) -> Response:
    """Create a user. A second or two later customers can be assigned to the user."""

    def create() -> Response:
        user = service.create_user(session, **body.model_dump())
        location = f"/v1/users/{user.id}"
        return json_response(user_out(user), status=201, location=location, version=user.version)

    return once(create)


@router.get("", response_model=UserPage, responses=errors())
def list_users(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.USERS, UserPage)],
    filters: Annotated[UserFilter, Query()],
) -> Response:
    """List users, in the order of creation by default."""
    found = repository.users(session, filters, paging=paging)
    return answer_page(UserPage, user_out, found, paging)


@router.get("/{user_id}", response_model=UserOut, responses=errors(404))
def read_user(user_id: UserId, session: Reading) -> Response:
    """Read one user."""
    user = found_or_404(repository.user(session, user_id), service.UNKNOWN)
    return json_response(user_out(user), version=user.version)


@router.patch(
    "/{user_id}",
    response_model=UserOut,
    responses=errors(400, 403, 404, 412, 428),
    dependencies=[NEEDS_ALL_ROWS],
)
def change_user(
    user_id: UserId, body: UserUpdate, expected_version: ExpectedVersion, session: Transaction
) -> Response:
    """Change some fields of a user (JSON Merge Patch).

    A user who is not active keeps the present customers and gets no further ones. The API keys of
    the user stay valid: `GET /v1/api-keys?user=` lists them, for you to revoke them.
    """
    user = service.change_user(
        session, user_id=user_id, expected_version=expected_version, changes=body.changes()
    )
    return json_response(user_out(user), version=user.version)
