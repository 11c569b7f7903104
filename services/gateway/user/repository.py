"""The SELECT statements on users."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.user.filters import UserFilter
from services.gateway.user.models import User
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.ranges import time_range


def user(session: Session, user_id: UUID) -> User | None:
    """Return the user with this id; None if there is none."""
    return session.get(User, user_id)


def user_for_change(session: Session, user_id: UUID) -> User | None:
    """Lock and return the user with this id; None if there is none."""
    return session.get(User, user_id, with_for_update=True)


USERS = Listing(
    id=User.id,
    sorts={"created_at": [User.created_at, User.id], "name": [User.name, User.id]},
    default="created_at",
    columns={"name": User.name, "team": User.team, "active": User.active},
    ranges=[time_range("created", User.created_at)],
    facets=("team", "active"),
)
"""The list of users."""


def users(session: Session, filters: UserFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the users that the filters match."""
    return USERS.page(session, select(User), paging=paging, filters=filters)
