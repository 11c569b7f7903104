"""The users and teams that the registry knows in its tests."""

from services.registry.customers.colleague.domain import ColleagueKind, search_name
from services.registry.customers.colleague.models import Colleague
from shared.database import Database
from tests.services.colleagues import team, user

USERS = ("li.na", "wang", "wang.lei", "wang.wei", "zhang.wei", "zhao.min")
TEAMS = ("east", "west")


def store(database: Database, kind: ColleagueKind, id_: str, name: str, *, active: bool) -> None:
    """Store a user or team as its event from the gateway is stored."""
    row = {"id": id_, "kind": kind, "version": 1, "name": name, "active": active}
    with database.transaction() as session:
        session.merge(Colleague(**row, search_name=search_name(name)))


def store_all(database: Database) -> None:
    """Store all USERS and TEAMS; they are active."""
    for name in USERS:
        store(database, ColleagueKind.USER, user(name), name, active=True)
    for name in TEAMS:
        store(database, ColleagueKind.TEAM, team(name), name, active=True)
