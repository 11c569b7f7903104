"""After an older copy of the registry was restored, `restored` corrects every consumer."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from services.registry.__main__ import SERVICE
from services.registry.worker import PUBLICATIONS
from shared import republishing
from shared.contracts.registry.customer import CustomerState
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.envelope import Record
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.tombstones import WithdrawalReason
from shared.models import Outbox, PublicationRun
from tests.services.copies import Restorable, restorable
from tests.services.harness import Running

pytestmark = pytest.mark.both_stacks
STATES = "patron.registry.customer.state.v1"
FACTS = "patron.registry.customer.events.v1"
ORDERS = "patron.registry.order.events.v1"
PRODUCTS = "patron.registry.product.state.v1"


@pytest.fixture
def restoring(registry: Running, tmp_path: Path) -> Restorable:
    """Return the registry with a log of its own."""
    return restorable(registry, tmp_path, PUBLICATIONS)


def register(registry: Running, number: str) -> str:
    """Register a customer with this id in the system `erp`; return the customer's id."""
    body = {
        "name": f"客户 {number}",
        "kind": "organisation",
        "nature": "retailer",
        "external_ids": [{"system": "erp", "id": number}],
    }
    answer = registry.client.post("/v1/customers", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def rename(registry: Running, customer: str, name: str) -> None:
    """Change the name of a customer, whatever its version."""
    changed = registry.client.patch(
        f"/v1/customers/{customer}", json={"name": name}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text


def order(registry: Running, number: str, customer: str, price: str = "5000") -> str:
    """Place an order of one line; return its id."""
    body = {
        "external_id": {"system": "shop", "id": number},
        "customer_id": customer,
        "ordered_at": "2026-01-31T02:00:00Z",
        "currency": "CNY",
        "lines": [{"product_code": f"P{number}", "quantity": "1", "unit_price": price}],
    }
    answer = registry.client.post("/v1/orders", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def values(restoring: Restorable, topic: str, key: str) -> list[dict[str, Any] | None]:
    """Return the contents of the records of a key; None stands for a tombstone."""
    found = (item.record.value for item in restoring.records(topic, key))
    return [None if value is None else json.loads(value) for value in found]


def newest(restoring: Restorable, topic: str, key: str) -> dict[str, Any]:
    """Return the content of the record of a key with the highest version."""
    contents = [each for each in values(restoring, topic, key) if each is not None]
    return max(contents, key=lambda content: int(content["version"]))


def test_versions_move_past_what_was_published_and_what_is_gone_is_withdrawn(
    registry: Running, restoring: Restorable
) -> None:
    first = register(registry, "1")
    unchanged = register(registry, "3")
    first_order = order(registry, "1", first)
    restoring.publish()
    copy = restoring.copy()
    for name in ("a", "b", "c"):
        rename(registry, first, name)
    second = register(registry, "2")
    second_order = order(registry, "2", second)
    restoring.publish()
    restoring.restore(copy)
    restoring.restored()
    assert registry.client.get(f"/v1/customers/{first}").json()["version"] == 5
    assert values(restoring, STATES, first)[-1] == newest(restoring, STATES, first)
    assert newest(restoring, STATES, first)["name"] == "客户 1"
    assert newest(restoring, FACTS, first)["version"] == 5
    # what had not changed keeps its version, and is published once more
    assert registry.client.get(f"/v1/customers/{unchanged}").json()["version"] == 1
    assert [each["version"] for each in values(restoring, FACTS, unchanged) if each] == [1, 1]
    assert newest(restoring, ORDERS, first_order)["lines"] != []
    # what exists on the topics only
    assert values(restoring, STATES, second) == [None]
    tombstone = restoring.records(STATES, second)[-1].record
    assert tombstone.headers["patron_reason"] == "restored"
    withdrawn = newest(restoring, ORDERS, second_order)
    assert (withdrawn["version"], withdrawn["lines"]) == (2, [])
    assert restoring.records(ORDERS, second_order)[-1].record.headers["ce_type"] == (
        "patron.order.changed.v1"
    )
    # the next change is newer than everything that was published
    rename(registry, first, "d")
    restoring.publish()
    assert newest(restoring, STATES, first)["name"] == "d"


def test_a_second_run_raises_no_version_and_withdraws_nothing(
    registry: Running, restoring: Restorable
) -> None:
    first = register(registry, "1")
    restoring.publish()
    copy = restoring.copy()
    rename(registry, first, "a")
    order(registry, "2", register(registry, "2"))
    restoring.publish()
    restoring.restore(copy)
    restoring.restored()
    lines = restoring.restored()
    assert {line.get("versions_raised", 0) for line in lines} == {0}
    assert {line.get("states", 0) + line.get("facts", 0) for line in lines} == {0}
    assert registry.client.get(f"/v1/customers/{first}").json()["version"] == 3


@pytest.mark.parametrize("steps", range(1, 12))
def test_an_interrupted_run_is_continued(
    registry: Running, restoring: Restorable, steps: int
) -> None:
    """The run is interrupted after each of its lines of progress."""
    first = register(registry, "1")
    first_order = order(registry, "1", first)
    restoring.publish()
    copy = restoring.copy()
    rename(registry, first, "a")
    second_order = order(registry, "2", register(registry, "2"))
    restoring.publish()
    restoring.restore(copy)
    with restoring.restoring() as restore:
        run = restore.run()
        for _ in range(steps):
            next(run, None)
        run.close()
    restoring.restored()
    with registry.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PublicationRun)) in (1, 2)
        unpublished = select(func.count()).where(Outbox.published_at.is_(None))
        assert session.scalar(unpublished) == 0
    assert newest(restoring, STATES, first)["version"] == 3
    assert newest(restoring, ORDERS, first_order)["lines"] != []
    assert newest(restoring, ORDERS, second_order)["lines"] == []


def test_nobody_who_was_erased_after_the_copy_comes_back(
    registry: Running, restoring: Restorable
) -> None:
    """The copy has events of the customer that were not published when it was taken."""
    erased = register(registry, "1")
    erased_order = order(registry, "1", erased)
    other = register(registry, "2")
    copy = restoring.copy()
    restoring.publish()
    with registry.database.transaction() as session:
        outbox.record_tombstones(session, CustomerState, [erased], reason=WithdrawalReason.ERASED)
    restoring.publish()
    restoring.restore(copy)
    n = len(restoring.records(STATES)) + len(restoring.records(FACTS))
    assert n > 0
    restoring.restored()
    assert registry.client.get(f"/v1/customers/{erased}").status_code == 404
    assert registry.client.get(f"/v1/customers/{erased}/history").status_code == 404
    found = registry.client.get("/v1/customers", params={"q": "客户"}).json()["items"]
    assert [each["id"] for each in found] == [other]
    assert values(restoring, STATES, erased) == [None]
    assert newest(restoring, ORDERS, erased_order)["customer_id"] is None
    assert registry.client.get(f"/v1/orders/{erased_order}").json()["customer_id"] is None
    with registry.database.reading() as session:
        names = session.execute(text("SELECT payload FROM outbox")).scalars()
        assert not [each for each in names if each and "客户 1" in each and erased in each]


def test_an_erased_state_is_not_published_again_even_if_its_row_stays(
    registry: Running, tmp_path: Path
) -> None:
    """A noun that cannot remove its rows, because others refer to them, stays silent about them."""
    unable_to_erase = [replace(noun, withdraw=lambda *_: None) for noun in PUBLICATIONS]
    restoring = restorable(registry, tmp_path, unable_to_erase)
    erased = register(registry, "1")
    restoring.publish()
    with registry.database.transaction() as session:
        outbox.record_tombstones(session, CustomerState, [erased], reason=WithdrawalReason.ERASED)
    restoring.publish()
    restoring.restored()
    assert values(restoring, STATES, erased)[-1] is None


def test_a_customer_withdrawn_by_an_older_copy_comes_back_with_a_newer_copy(
    registry: Running, restoring: Restorable
) -> None:
    register(registry, "1")
    restoring.publish()
    older = restoring.copy()
    second = register(registry, "2")
    restoring.publish()
    newer = restoring.copy()
    restoring.restore(older)
    restoring.restored()
    assert values(restoring, STATES, second) == [None]
    restoring.restore(newer)
    restoring.restored()
    assert registry.client.get(f"/v1/customers/{second}").status_code == 200
    assert newest(restoring, STATES, second)["name"] == "客户 2"


def test_events_of_a_copy_that_were_not_published_come_before_newer_states(
    registry: Running, restoring: Restorable
) -> None:
    first = register(registry, "1")
    copy = restoring.copy()
    restoring.publish()
    rename(registry, first, "a")
    restoring.publish()
    restoring.restore(copy)
    restoring.restored()
    assert values(restoring, STATES, first)[-1] == newest(restoring, STATES, first)


def test_records_of_a_topic_that_are_no_events_are_left_out(
    registry: Running, restoring: Restorable
) -> None:
    placed = order(registry, "1", register(registry, "1"))
    restoring.publish()
    with registry.database.transaction() as session:
        outbox.record_tombstones(session, CustomerState, ["?"], reason=WithdrawalReason.ERASED)
    restoring.publish()
    (published,) = restoring.records(ORDERS, placed)
    content = json.loads(published.record.value or b"")
    for version in (2**31, 2**80):  # larger than any version that the product stores
        value = json.dumps(content | {"version": version}).encode()
        restoring.log.append([replace(published.record, value=value)])
    restoring.restored()
    assert registry.client.get("/v1/customers").json()["items"] != []
    assert registry.client.get(f"/v1/orders/{placed}").json()["version"] == 1


def test_versions_ahead_raises_every_version_above_what_a_lost_log_had(
    registry: Running, restoring: Restorable
) -> None:
    customer = register(registry, "1")
    restoring.restored(versions_ahead=1000)
    assert registry.client.get(f"/v1/customers/{customer}").json()["version"] == 1001
    assert newest(restoring, STATES, customer)["version"] == 1001


def test_an_erased_customer_who_is_not_in_the_copy_stays_unknown(
    registry: Running, restoring: Restorable
) -> None:
    unknown = str(new_id())
    with registry.database.transaction() as session:
        outbox.record_tombstones(session, CustomerState, [unknown], reason=WithdrawalReason.ERASED)
    restoring.publish()
    restoring.restored()
    assert {each.record.headers["patron_reason"] for each in restoring.records(STATES)} == {
        "erased"
    }


POISON = {
    "no JSON": b"?",
    "no object": b"[]",
    "no moment": {"recorded_at": "yesterday"},
    "a moment without a time zone": {"recorded_at": "2026-01-31T02:00:00"},
    "a moment before the first year": {"recorded_at": "0001-01-01T00:00:00+14:00"},
    "a version that no column has": {"version": 2**31},
    "a text as version": {"version": "7"},
    "no lines": {},
    "another key": {"order_id": str(new_id())},
    "deep nesting": b"[" * 100_000,
    "no value": None,
}


@pytest.mark.parametrize("fault", POISON)
def test_a_fact_that_is_none_is_left_out(
    registry: Running, restoring: Restorable, fault: str
) -> None:
    """The record has the key of an order that exists, or of one that does not."""
    stored = order(registry, "1", register(registry, "1"))
    restoring.publish()
    keys = stored, str(new_id())
    for key in keys:
        content = POISON[fault]
        if isinstance(content, dict):
            known = {"order_id": key, "version": 7, "recorded_at": "2026-01-31T02:00:00+00:00"}
            content = json.dumps(known | content).encode()
        headers = {"ce_type": "patron.order.placed.v1"}
        restoring.log.append([Record(ORDERS, key, content, headers)])
    n = len(restoring.records(ORDERS, keys[1]))
    restoring.restored()
    assert registry.client.get(f"/v1/orders/{stored}").json()["version"] in (1, 8)
    assert len(restoring.records(ORDERS, keys[1])) == n
    assert len(restoring.records(ORDERS, stored)) == 3


def test_an_interrupted_run_is_continued_with_its_options_or_begun_again(
    registry: Running, restoring: Restorable
) -> None:
    customer = register(registry, "1")
    with restoring.restoring(versions_ahead=1000) as restore:
        next(restore.run())
    with pytest.raises(SystemExit, match="leave them out to continue it"):
        restoring.restored(versions_ahead=0)
    restoring.restored()
    assert registry.client.get(f"/v1/customers/{customer}").json()["version"] == 1001
    with restoring.restoring(versions_ahead=7) as restore:
        next(restore.run())
    restoring.restored(start_over=True)
    assert registry.client.get(f"/v1/customers/{customer}").json()["version"] == 1001


def test_an_interrupted_run_in_the_restored_copy_is_not_continued(
    registry: Running, restoring: Restorable
) -> None:
    """The copy was taken while the command ran; a worker has consumed events since."""
    log = EmbeddedLog(registry.settings.data / "events.log.db")
    customer = register(registry, "1")
    with restoring.restoring() as restore:
        for _ in restore.run():
            copy = restoring.copy()
    rename(registry, customer, "a")
    replace(restoring, log=log).publish()
    restoring.restore(copy)
    member = log.subscribe(group="registry", topics=[STATES])
    member.commit(member.poll(seconds=5, max_records=10))
    member.close()
    republishing.restored(
        SERVICE, registry.settings, dry_run=False, versions_ahead=None, start_over=False
    )
    log.close()
    assert registry.client.get(f"/v1/customers/{customer}").json()["version"] == 3
