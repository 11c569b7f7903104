"""Scores that scoring publishes: they are stored beside the customers and change no customer."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from services.registry.customers.customer import service
from services.registry.customers.customer.domain import ExternalId, Record
from services.registry.customers.score.models import Score
from shared.contracts.registry.customer import CustomerKind, CustomerNature
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.scores import (
    COMPUTED_AT,
    handle,
    score_state,
    stored_scores,
    withdrawn_score,
)
from tests.services.registry.transfer.imports.files import import_file
from tests.waiting import eventually

LI_NA, WANG_WEI, EAST = user("li.na"), user("wang.wei"), team("east")
BODY = {"name": "华东百货", "owner": LI_NA, "team": EAST}
SHOP = {"system": "shop"}


def registered(registry: Running, number: str = "1", **changes: Any) -> dict[str, Any]:
    """Register a customer with this id in the system `shop`; return the response body."""
    ids = {"external_ids": [{"system": "shop", "id": number}]}
    body = {"kind": "organisation", "nature": "retailer", **BODY, **ids, **changes}
    answer = registry.client.post("/v1/customers", json=body)
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def owners(registry: Running) -> dict[str, tuple[str | None, str | None]]:
    """Return the owner and team in each row of scores, by customer id."""
    return {id_: (row["owner"], row["team"]) for id_, row in stored_scores(registry).items()}


def test_a_new_customer_has_a_row_of_scores_without_a_score(registry: Running) -> None:
    customer = registered(registry)
    (row,) = stored_scores(registry).values()
    assert str(row["id"]) == customer["id"]
    assert (row["version"], row["value_points"], row["value_order"]) == (0, None, "")


def test_a_published_score_is_stored_with_the_moment_of_its_computation(registry: Running) -> None:
    customer = registered(registry)
    handle(registry, score_state(customer["id"], version=4))
    row = stored_scores(registry)[customer["id"]]
    expected = {
        "version": 4,
        "value_points": Decimal("2.5"),
        "customer_class": "B",
        "rung": "repeat",
        "silent": False,
        "currency": "CNY",
        "as_of": date(2026, 3, 1),
        "made_at": COMPUTED_AT,
    }
    assert row.items() >= expected.items()


def test_scores_are_ordered_as_numbers_and_customers_without_a_score_are_last(
    registry: Running,
) -> None:
    """The same order on both databases, also across signs and numbers of digits."""
    points = ["10", "9.75", "0", "-0.5", "-12"]
    customers = [registered(registry, str(number))["id"] for number in range(len(points) + 1)]
    handle(
        registry,
        *(
            score_state(customer_id, value_points=value)
            for customer_id, value in zip(customers, points, strict=False)
        ),
    )
    with registry.database.reading() as session:
        found = session.scalars(select(Score.id).order_by(Score.value_order.desc(), Score.id)).all()
    assert [str(id_) for id_ in found] == customers


def test_a_score_changes_nothing_of_its_customer_and_publishes_no_event(registry: Running) -> None:
    customer = registered(registry)
    path = f"/v1/customers/{customer['id']}"
    before, history = registry.client.get(path), registry.client.get(f"{path}/history").json()
    recorded = registry.recorded()
    handle(registry, score_state(customer["id"]))
    after = registry.client.get(path)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
    assert registry.client.get(f"{path}/history").json() == history
    assert registry.recorded() == recorded


def test_a_patch_with_the_etag_from_before_a_score_succeeds(registry: Running) -> None:
    customer = registered(registry)
    path = f"/v1/customers/{customer['id']}"
    etag = registry.client.get(path).headers["ETag"]
    handle(registry, score_state(customer["id"]))
    answer = registry.client.patch(path, json={"city": "上海"}, headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


def test_an_older_version_of_a_score_is_ignored(registry: Running) -> None:
    customer = registered(registry)
    newest = score_state(customer["id"], version=3, value_points="3")
    older = score_state(customer["id"], version=2, value_points="2")
    handle(registry, newest, older)
    handle(registry, older)
    assert stored_scores(registry)[customer["id"]]["value_points"] == Decimal(3)


def test_the_same_version_with_a_later_day_is_stored(registry: Running) -> None:
    """Scoring publishes a version again if only the day or moment of the computation changed."""
    customer = registered(registry)
    first = score_state(customer["id"])
    handle(registry, first)
    handle(registry, replace(first, recorded_at=COMPUTED_AT + timedelta(days=1)))
    assert stored_scores(registry)[customer["id"]]["made_at"] == COMPUTED_AT + timedelta(days=1)


def test_scores_that_arrive_again_rebuild_a_lost_score_exactly(registry: Running) -> None:
    customers = [registered(registry, str(number))["id"] for number in range(3)]
    events = [
        score_state(customer_id, value_points=f"{n}.5") for n, customer_id in enumerate(customers)
    ]
    handle(registry, *events)
    before = stored_scores(registry)
    with registry.database.transaction() as session:
        session.execute(update(Score).values(version=0, value_order="", value_points=None))
    handle(registry, *reversed(events), *events)
    assert stored_scores(registry) == before


def test_a_tombstone_removes_a_score_and_a_later_one_is_stored_whatever_its_version(
    registry: Running,
) -> None:
    customer = registered(registry)
    blank = stored_scores(registry)[customer["id"]]
    handle(registry, score_state(customer["id"], version=4))
    handle(registry, withdrawn_score(customer["id"]), withdrawn_score(str(UUID(int=9))))
    assert stored_scores(registry) == {customer["id"]: blank}
    listed = registry.client.get("/v1/customers", params={"include": "score"}).json()["items"]
    assert listed[0]["score"] is None
    handle(registry, score_state(customer["id"], version=2))
    assert stored_scores(registry)[customer["id"]]["version"] == 2


def test_the_score_of_an_unknown_customer_is_ignored(registry: Running) -> None:
    customer = registered(registry)
    handle(registry, score_state(UUID(int=9)), score_state(customer["id"]))
    assert [row["version"] for row in stored_scores(registry).values()] == [1]


def test_a_change_of_owner_or_team_is_copied_to_the_score(registry: Running) -> None:
    customer = registered(registry)
    handle(registry, score_state(customer["id"]))
    assert owners(registry) == {customer["id"]: (LI_NA, EAST)}
    answer = registry.client.patch(
        f"/v1/customers/{customer['id']}",
        json={"owner": WANG_WEI, "team": None},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200
    assert owners(registry) == {customer["id"]: (WANG_WEI, None)}
    assert stored_scores(registry)[customer["id"]]["value_points"] == Decimal("2.5")


def test_imported_customers_have_rows_of_scores_with_their_owners(registry: Running) -> None:
    customer = registered(registry)
    file = "external_id,name,owner,team\n1,华东百货,wang.wei,east\n2,新客户,zhao.min,west\n"
    import_file(registry, "customers", file, options=SHOP)
    assert set(owners(registry).values()) == {(WANG_WEI, EAST), (user("zhao.min"), team("west"))}
    assert owners(registry)[customer["id"]] == (WANG_WEI, EAST)


def test_a_score_completes_the_row_that_an_older_release_did_not_create(registry: Running) -> None:
    """An older release registers customers without a row of scores, and changes only owners."""
    customers = [registered(registry, number)["id"] for number in ("1", "2")]
    with registry.database.transaction() as session:
        session.execute(delete(Score).where(Score.id == UUID(customers[0])))
        session.execute(update(Score).values(owner="someone"))
    handle(registry, *map(score_state, customers))
    found = stored_scores(registry)
    assert [found[id_]["version"] for id_ in customers] == [1, 1]
    assert set(owners(registry).values()) == {(LI_NA, EAST)}


def change_owners(registry: Running, names: Sequence[str], owner: str) -> None:
    """Change the owners of customers in one transaction, as a chunk of an import does."""
    records: Mapping[ExternalId, Record] = {
        ExternalId("shop", name): Record(
            name=name, kind=CustomerKind.ORGANISATION, nature=CustomerNature.RETAILER, owner=owner
        )
        for name in names
    }
    with registry.database.transaction() as session:
        service.upsert_customers(session, records=records, by="import")


def test_an_import_and_the_handler_lock_scores_in_the_same_order(registry: Running) -> None:
    """If both lock the lowest id first, an import never has the lock that the handler waits for."""
    if registry.database.is_sqlite:
        return  # one transaction writes at a time
    first, second = (UUID(registered(registry, number)["id"]) for number in ("1", "2"))
    with ThreadPoolExecutor(1) as pool:
        with registry.database.transaction() as session:
            session.execute(select(Score.id).where(Score.id == first).with_for_update())
            importing = pool.submit(change_owners, registry, ["2", "1"], WANG_WEI)
            assert eventually(lambda: is_waiting(registry))
            assert is_free(registry, second)
        importing.result(timeout=20)
    assert {owner for owner, _ in owners(registry).values()} == {WANG_WEI}


def is_waiting(registry: Running) -> bool:
    """Return whether a transaction on this database waits for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with registry.database.reading() as session:
        return bool(session.scalar(text(waiting)))


def is_free(registry: Running, customer_id: UUID) -> bool:
    """Return whether the row of scores of a customer can be locked at once."""
    row = select(Score.id).where(Score.id == customer_id)
    try:
        with registry.database.transaction() as session:
            session.execute(row.with_for_update(nowait=True))
    except DBAPIError:
        return False
    return True


@pytest.mark.parametrize("owner", [LI_NA, WANG_WEI])
def test_a_patch_waits_for_no_score_unless_the_owner_changes(registry: Running, owner: str) -> None:
    """A user who changes a city does not wait for the handler of scores."""
    if registry.database.is_sqlite:
        return  # one transaction writes at a time
    customer_id = UUID(registered(registry)["id"])
    path = f"/v1/customers/{customer_id}"
    with ThreadPoolExecutor(1) as pool:
        with registry.database.transaction() as session:
            session.execute(select(Score.id).where(Score.id == customer_id).with_for_update())
            changing = pool.submit(
                registry.client.patch,
                path,
                json={"city": "上海", "owner": owner},
                headers={"If-Match": '"1"'},
            )
            assert eventually(lambda: changing.done() or is_waiting(registry))
            assert changing.done() is (owner == LI_NA)
        assert changing.result(timeout=20).status_code == 200
