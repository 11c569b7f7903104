"""Owners and teams that an earlier release published as texts become users and teams."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.gateway.worker import handlers
from shared.contracts.gateway.user import TeamState, UserState
from shared.contracts.registry.customer import CustomerState
from shared.messaging.tombstones import Tombstone, WithdrawalReason
from shared.row_access import team_id_of, user_id_of
from tests.services.gateway.conftest import Gateway
from tests.services.harness import recorded


def customer(number: int, owner: str | None, team: str | None) -> CustomerState:
    """Return the state of a customer with this owner and team."""
    return CustomerState(
        customer_id=UUID(int=number),
        version=1,
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
        kind="person",
        nature="individual",
        name="x",
        external_ids=[],
        owner=owner,
        team=team,
    )


def handle(gateway: Gateway, *events: CustomerState | Tombstone) -> None:
    """Handle events as the worker does: one batch in one transaction."""
    settings: Any = gateway.settings
    with gateway.database.transaction() as session:
        handlers(settings)[CustomerState](session, events)


def test_texts_become_users_and_teams_with_the_ids_that_every_service_computes(
    gateway: Gateway,
) -> None:
    events: list[CustomerState | Tombstone] = [
        customer(1, "Rene\u0301", "east"),
        customer(2, "Ren\u00e9\u200b", None),
        customer(3, gateway.create_user("known"), gateway.create_team("known")),
        customer(4, None, "\u200b"),
        Tombstone(CustomerState, str(UUID(int=5)), WithdrawalReason.ERASED),
    ]
    handle(gateway, *events)
    handle(gateway, *events)
    states = recorded(gateway.database, UserState, TeamState)[2:]
    assert [(each.name, each.version) for each in states] == [("Ren\u00e9", 1), ("east", 1)]
    assert str(states[0].user_id) == user_id_of("Ren\u00e9")
    assert str(states[1].team_id) == team_id_of("east")
    users = gateway.client.get("/v1/users").json()["items"]
    assert [(each["name"], each["active"]) for each in users] == [
        ("known", True),
        ("Ren\u00e9", True),
    ]


def test_a_name_that_was_changed_here_stays(gateway: Gateway) -> None:
    handle(gateway, customer(1, "li.na", None))
    path = f"/v1/users/{user_id_of('li.na')}"
    gateway.client.patch(path, json={"name": "李娜"}, headers={"If-Match": '"1"'})
    handle(gateway, customer(1, "li.na", None))
    shown = gateway.client.get(path).json()
    assert (shown["name"], shown["version"]) == ("李娜", 2)
