"""Short campaigns on the embedded stack, and proof that no check is blind.

What was played is true; then the campaign's memory of it is changed, as if the product had lost,
doubled or changed something, and the check has to say so.
"""

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.book import Line, Sale
from tests.faults.campaign import Campaign, Verdict, table
from tests.faults.checks import AFTER_A_ROUND
from tests.faults.disk import Disk
from tests.faults.door import Door
from tests.faults.final import AT_THE_END
from tests.faults.opening import embedded
from tests.faults.plan import planned
from tests.faults.stage import Stage

CHECKS = {**AFTER_A_ROUND, **AT_THE_END}
Tamper = Callable[[Stage], None]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Door, Verdict]]:
    """Play two rounds: the scoring worker is killed, then somebody poisons the log."""
    folders = [tmp_path_factory.mktemp(name) for name in ("data", "logs")]
    disk = Disk(folders[0])
    disk.missing = "not for a test"
    verdict = Verdict()
    logs = Path(os.path.relpath(folders[1]))  # as the command is used: `var/faults` of here
    with embedded(disk, logs) as stage:
        campaign = Campaign(stage, verdict)
        (killed,) = planned("embedded", 1, 1, ("killed",))
        (poison,) = planned("embedded", 1, 1, ("poison",))
        rounds = (replace(killed, target="scoring-worker"), replace(poison, number=2))
        assert tuple(campaign.play(rounds)) == rounds
        door = Door(stage.product.url)
        yield stage, door, verdict
        door.close()
        campaign.close()


def test_p1_p2_p3_p4_what_was_acknowledged_is_there_once_and_in_order(
    played: tuple[Stage, Door, Verdict],
) -> None:
    """P1 to P4, P9: nothing lost, doubled or out of order, and the figures are the own count."""
    _, _, verdict = played
    assert verdict.violations == []
    assert verdict.compared.keys() >= CHECKS.keys()
    assert all(verdict.compared.values())
    assert len(table(verdict)) == len(verdict.compared) + 1


def _sale(stage: Stage) -> Sale:
    return next(sale for sale in stage.book.sales.values() if sale.bought)


def _lost(stage: Stage) -> None:
    stage.book.sale(replace(_sale(stage), name="never placed"))


def _doubled(stage: Stage) -> None:
    del stage.book.sales[_sale(stage).name]


def _changed(stage: Stage) -> None:
    stage.book.sale(replace(_sale(stage), lines=(Line("P-0", "1", "123456.78"),)))


def _other_id(stage: Stage) -> None:
    stage.book.ids[next(iter(stage.book.ids))] = "another"


def _phantom(stage: Stage) -> None:
    stage.topics.orders["phantom"] = {}


def _lost_answer(stage: Stage) -> None:
    stage.book.answer(replace(stage.book.answers[-1], id="never given", customer=None))


def _changed_answer(stage: Stage) -> None:
    given = {item: 6 - value + (value == 3) for item, value in stage.book.answers[0].given.items()}
    stage.book.answers[0] = replace(stage.book.answers[0], given=given)


def _lost_customer(stage: Stage) -> None:
    stage.book.customer("never registered")


def _renamed(stage: Stage) -> None:
    versions = next(iter(stage.book.named.values()))
    versions[max(versions) + 1] = "a name that was lost"


def _longer_file(stage: Stage) -> None:
    found = stage.book.imports[0]
    stage.book.imports[0] = replace(found, lines=found.lines + 1)


def _skipped_event(stage: Stage) -> None:
    stage.topics.followed["scoring"].add("never applied")


def _buried(stage: Stage) -> None:
    stage.topics.dead["patron.survey.dead-letters.v1"] = ["an event"]


def _swallowed(stage: Stage) -> None:
    stage.book.poisoned.add("never buried")


def _old_state(stage: Stage) -> None:
    stage.topics.points[next(iter(stage.topics.points))] = "0.00001"


def _disorder(stage: Stage) -> None:
    stage.topics.last[next(place for place in stage.topics.last if ".state." in place[0])] = 0


TAMPERS: Mapping[Tamper, tuple[str, ...]] = {
    _lost: ("orders readable and told", "each fact once", "scores as counted"),
    _doubled: ("orders readable and told", "each fact once", "explanations as counted"),
    _changed: ("orders readable and told", "scores as counted", "explanations as counted"),
    _other_id: ("orders readable and told",),
    _phantom: ("orders readable and told",),
    _lost_answer: ("answers and indices", "each fact once"),
    _changed_answer: ("answers and indices",),
    _lost_customer: ("scores as counted",),
    _renamed: ("customers as acknowledged",),
    _longer_file: ("imports complete",),
    _skipped_event: ("each event noted once",),
    _buried: ("dead letters",),
    _swallowed: ("dead letters",),
    _old_state: ("scores as counted",),
    _disorder: ("events in order per key",),
}


@pytest.mark.parametrize(
    ("tamper", "check"), [(tamper, one) for tamper, all_ in TAMPERS.items() for one in all_]
)
def test_a_check_sees_what_is_not_as_acknowledged(
    played: tuple[Stage, Door, Verdict], tamper: Tamper, check: str
) -> None:
    stage, door, _ = played
    changed = replace(stage, book=copy.copy(stage.book), topics=copy.deepcopy(stage.topics))
    _part_from(changed, stage)
    tamper(changed)
    assert CHECKS[check](changed, door).wrong


def test_p9_a_recomputation_sees_a_score_that_is_not_that_of_the_facts(
    played: tuple[Stage, Door, Verdict],
) -> None:
    stage, door, _ = played
    stage.below.change("scoring", "UPDATE scores SET purchases = purchases + 1")
    try:
        assert CHECKS["recompute equals kept (P9)"](stage, door).wrong
    finally:
        stage.below.change("scoring", "UPDATE scores SET purchases = purchases - 1")


def test_every_check_was_made_to_see_something() -> None:
    seen = {check for checks in TAMPERS.values() for check in checks}
    assert seen | {"recompute equals kept (P9)"} == CHECKS.keys()


def _part_from(changed: Stage, stage: Stage) -> None:
    """Have the copied book hold copies, so that the next test finds it as it was."""
    for name in ("customers", "named", "sales", "ids", "answers", "imports", "poisoned"):
        setattr(changed.book, name, copy.deepcopy(getattr(stage.book, name)))
