"""The publication of users: how the states of stored users are built again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.user.models import User
from services.gateway.user.service import state_of
from shared.bulk import any_of
from shared.contracts.gateway.user import UserState
from shared.publications.publication import Publication


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the state of each of these users."""
    users = select(User).where(any_of(session, User.id, ids)).order_by(User.id)
    return [state_of(user) for user in session.scalars(users)]


PUBLICATION = Publication(
    noun="gateway.user",
    classes=(UserState,),
    id=User.id,
    version=User.version,
    recorded_at=User.changed_at,
    present=present,
)
