"""Users and teams that the gateway publishes: the registry knows their names."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registry.customers.colleague.models import Colleague
from services.registry.worker import handlers
from shared.contracts.gateway.user import TeamState, UserState
from shared.messaging.tombstones import Tombstone, WithdrawalReason, class_of
from tests.services.harness import Running

USER = UUID("0199a7c0-0000-7000-8000-0000000000a1")
TEAM = UUID("0199a7c0-0000-7000-8000-0000000000b1")
RECORDED = datetime(2026, 3, 1, 4, tzinfo=UTC)


def user_state(version: int, name: str, *, active: bool = True) -> UserState:
    """Return the event of the user USER."""
    return UserState(user_id=USER, version=version, recorded_at=RECORDED, name=name, active=active)


def team_state(version: int, name: str) -> TeamState:
    """Return the event of the team TEAM."""
    return TeamState(team_id=TEAM, version=version, recorded_at=RECORDED, name=name)


def handle(registry: Running, *events: UserState | TeamState | Tombstone) -> None:
    """Handle events as the worker does: those of one class in one transaction."""
    settings: Any = registry.settings
    for event_class in (UserState, TeamState):
        with registry.database.transaction() as session:
            batch = [event for event in events if class_of(event) is event_class]
            handlers(settings)[event_class](session, batch)


def stored(registry: Running, id_: UUID) -> tuple[int, str, bool]:
    """Return the version, name and activity of the row with this id."""
    with registry.database.reading() as session:
        row = session.scalars(select(Colleague).where(Colleague.id == str(id_))).one()
        return row.version, row.name, row.active


def register(registry: Running) -> dict[str, Any]:
    """Register a customer of USER and TEAM; return the response body."""
    body = {"name": "华东百货", "owner": str(USER), "team": str(TEAM)}
    answer = registry.client.post("/v1/customers", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def test_customers_can_be_assigned_to_a_user_and_a_team_that_were_published(
    registry: Running,
) -> None:
    handle(registry, user_state(1, "李娜"), team_state(1, "华东"))
    customer = register(registry)
    assert (customer["owner_name"], customer["team_name"]) == ("李娜", "华东")


def test_a_new_name_is_shown_without_a_new_version_of_the_customer(registry: Running) -> None:
    handle(registry, user_state(1, "李娜"), team_state(1, "华东"))
    path = f"/v1/customers/{register(registry)['id']}"
    before, recorded = registry.client.get(path), registry.recorded()
    handle(registry, user_state(2, "李娜娜"))
    after = registry.client.get(path)
    assert after.json() == before.json() | {"owner_name": "李娜娜"}
    assert after.headers["ETag"] != before.headers["ETag"]
    assert registry.recorded() == recorded
    answer = registry.client.patch(
        path, json={"city": "上海"}, headers={"If-Match": before.headers["ETag"]}
    )
    assert answer.status_code == 200


def test_an_older_state_is_ignored_and_a_replay_changes_nothing(registry: Running) -> None:
    events = [user_state(1, "a"), user_state(2, "b"), user_state(3, "c", active=False)]
    handle(registry, events[2], *events[:2])
    handle(registry, *events)
    handle(registry, events[0])
    assert stored(registry, USER) == (3, "c", False)


def test_a_state_replaces_the_name_that_an_earlier_release_has_left(registry: Running) -> None:
    with registry.database.transaction() as session:
        row = {"id": str(USER), "kind": "user", "search_name": "old", "active": True}
        session.add(Colleague(**row, version=0, name="old"))
    handle(registry, user_state(1, "new"))
    assert stored(registry, USER) == (1, "new", True)


@pytest.mark.parametrize("reason", WithdrawalReason)
def test_a_tombstone_deletes_the_name_and_not_the_id_of_the_customer(
    registry: Running, reason: WithdrawalReason
) -> None:
    handle(registry, user_state(1, "李娜"), team_state(1, "华东"))
    customer = register(registry)
    tombstones = (
        Tombstone(UserState, str(USER), reason),
        Tombstone(TeamState, str(TEAM), reason),
    )
    handle(registry, *tombstones)
    path = f"/v1/customers/{customer['id']}"
    nameless = customer | {"owner_name": None, "team_name": None}
    assert registry.client.get(path).json() == nameless
    answer = registry.client.post("/v1/customers", json={"name": "x", "owner": str(USER)})
    assert answer.json()["errors"][0]["code"] == "unknown_user"
    handle(registry, *tombstones, user_state(1, "李娜"))
    assert registry.client.get(path).json() == nameless | {"owner_name": "李娜"}
