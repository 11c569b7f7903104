"""The command `snapshot` fills an empty log with what the registry has stored."""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from services.registry.__main__ import SERVICE
from services.registry.customers.customer.publication import PUBLICATION as CUSTOMERS
from services.registry.worker import PUBLICATIONS
from shared import republishing
from shared.backlog import read_backlog
from shared.contracts.catalogue import contract_of
from shared.locks import exclusive_lock
from shared.messaging import relay
from shared.publications import restored, snapshot
from tests.services.copies import Restorable, restorable
from tests.services.harness import Running, counted
from tests.services.registry.test_restored import ORDERS, STATES, order, register, rename

pytestmark = pytest.mark.both_stacks


@pytest.fixture
def refilled(registry: Running, tmp_path: Path) -> Restorable:
    """Return the registry, whose events are published already, with an empty log."""
    customer = register(registry, "1")
    rename(registry, customer, "甲")
    for number in range(12):
        order(registry, str(number), customer)
    (tmp_path / "lost").mkdir()
    restorable(registry, tmp_path / "lost", PUBLICATIONS).publish()
    return restorable(registry, tmp_path, PUBLICATIONS)


@pytest.fixture
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restored, "_BATCH", 5)


def lines(refilled: Restorable, **options: Any) -> Generator[dict[str, Any], None, None]:
    """Run the command, with facts unless `options` has others."""
    database, publications = refilled.service.database, refilled.publications
    chosen = {"facts": True, **options}
    return snapshot.snapshot(database, refilled.log, publications, **chosen)


def contents(refilled: Restorable) -> dict[str, set[tuple[str, int]]]:
    """Return the keys and versions of the records of every topic."""
    topics = {contract_of(each).topic for one in PUBLICATIONS for each in one.classes}
    found = {topic: refilled.records(topic) for topic in topics}
    return {
        topic: {(one.record.key, json.loads(one.record.value or b"")["version"]) for one in records}
        for topic, records in found.items()
    }


def stored(registry: Running) -> dict[str, int]:
    """Return the numbers of customers, orders and products that the API answers."""
    return {
        path: len(registry.client.get(f"/v1/{path}", params={"limit": 100}).json()["items"])
        for path in ("customers", "orders", "products")
    }


def test_every_record_is_published_with_its_version(
    registry: Running, refilled: Restorable
) -> None:
    list(lines(refilled))
    sizes = {
        topic.split(".")[2] + "s": len(records) for topic, records in contents(refilled).items()
    }
    assert sizes == stored(registry)
    assert {version for _, version in contents(refilled)[STATES]} == {2}


def test_without_facts_only_states_are_published(refilled: Restorable) -> None:
    list(lines(refilled, facts=False))
    assert {topic for topic, records in contents(refilled).items() if records} == {
        "patron.registry.customer.state.v1",
        "patron.registry.product.state.v1",
    }


@pytest.mark.usefixtures("_small_portions")
@pytest.mark.parametrize("steps", range(1, 9))
def test_an_interrupted_run_is_continued(
    registry: Running, refilled: Restorable, steps: int
) -> None:
    run = lines(refilled)
    for _ in range(steps):
        next(run, None)
    run.close()
    rest = list(lines(refilled, facts=False))
    assert steps == 8 or "continued_after" in rest[0]
    sizes = {
        topic.split(".")[2] + "s": len(records) for topic, records in contents(refilled).items()
    }
    assert sizes == stored(registry)


@pytest.mark.usefixtures("_small_portions")
def test_an_interrupted_run_can_be_begun_again_for_another_empty_log(
    registry: Running, refilled: Restorable, tmp_path: Path
) -> None:
    next(lines(refilled, facts=False))
    with pytest.raises(SystemExit, match="other options"):
        next(lines(refilled))
    (tmp_path / "next").mkdir()
    another = restorable(registry, tmp_path / "next", PUBLICATIONS)
    list(lines(another, start_over=True))
    assert len(contents(another)[ORDERS]) == 12


def test_nothing_is_published_while_a_restore_is_not_finished(refilled: Restorable) -> None:
    with refilled.restoring() as restore:
        next(restore.run())
    with pytest.raises(SystemExit, match="not everything is published"):
        next(lines(refilled))


def test_a_dry_run_changes_nothing(
    registry: Running, refilled: Restorable, capsys: pytest.CaptureFixture[str]
) -> None:
    before = counted(registry.database)
    republishing.snapshot(SERVICE, registry.settings, dry_run=True, facts=True, start_over=False)
    assert counted(registry.database) == before
    printed = map(json.loads, capsys.readouterr().out.splitlines())
    assert {each["noun"].split(".")[1] + "s": each["records"] for each in printed} == stored(
        registry
    )
    assert not any(contents(refilled).values())


def test_a_change_meanwhile_is_the_last_state(registry: Running, refilled: Restorable) -> None:
    """A customer is changed between the reading and the recording of its state."""
    changed = Event()
    threads = []

    def change(customer: str) -> None:
        rename(registry, customer, "乙")
        changed.set()

    def present(session: Any, ids: Any) -> list[Any]:
        events = CUSTOMERS.present(session, ids)
        threads.append(Thread(target=change, args=(str(ids[0]),)))
        threads[0].start()
        changed.wait(timeout=1)
        return events

    publications = [replace(CUSTOMERS, present=present)]
    list(snapshot.snapshot(registry.database, refilled.log, publications, facts=True))
    threads[0].join()
    refilled.publish()
    (state,) = refilled.records(STATES)
    assert json.loads(state.record.value or b"")["name"] == "乙"


@pytest.mark.usefixtures("_small_portions")
def test_a_run_beside_a_slow_worker_waits_while_many_events_are_unpublished(
    registry: Running, refilled: Restorable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker publishes two events at a time; a portion has five to ten."""
    monkeypatch.setattr(snapshot, "_MAX_UNPUBLISHED", 6)
    monkeypatch.setattr(relay, "_BATCH", 2)
    run = Thread(target=lambda: list(lines(refilled)))
    depths = []
    with exclusive_lock(registry.database, "relay") as lock:
        assert lock is not None
        run.start()
        while run.is_alive() or relay.count_unpublished(lock):
            depths.append(read_backlog(lock).depth)
            rows = relay.oldest_unpublished(lock)
            relay.publish(lock, refilled.log, rows, source="registry")
    run.join()
    assert 6 < max(depths) <= 6 + 10
    assert len(contents(refilled)[ORDERS]) == 12
