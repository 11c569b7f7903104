"""A short campaign on the embedded stack, and a proof that every check can fail.

After the campaign a test changes the list of acknowledged writes or of published events.
The changed list differs from the product, as after a loss, and the check must report a difference.
"""

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.acknowledged import Line, Sale
from tests.faults.campaign import Campaign, Verdict, table
from tests.faults.checks import AFTER_A_ROUND
from tests.faults.disk import Disk
from tests.faults.environment import Environment
from tests.faults.final_checks import AT_THE_END
from tests.faults.plan import planned_rounds
from tests.faults.retrying_client import RetryingClient
from tests.faults.setup import embedded

CHECKS = {**AFTER_A_ROUND, **AT_THE_END}
Tamper = Callable[[Environment], None]


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Environment, RetryingClient, Verdict]]:
    """Play two rounds: the scoring worker is killed, then invalid events are published."""
    folders = [tmp_path_factory.mktemp(name) for name in ("data", "logs")]
    disk = Disk(folders[0])
    disk.mount_error = "not mounted in a test"
    verdict = Verdict()
    logs = Path(os.path.relpath(folders[1]))  # a relative path, as the default var/faults is
    with embedded(disk, logs) as environment:
        campaign = Campaign(environment, verdict)
        (killed,) = planned_rounds("embedded", 1, 1, ("killed",))
        (poison,) = planned_rounds("embedded", 1, 1, ("poison",))
        rounds = (replace(killed, target="scoring-worker"), replace(poison, number=2))
        assert tuple(campaign.play(rounds)) == rounds
        api = RetryingClient(environment.product.url)
        yield environment, api, verdict
        api.close()
        campaign.close()


def test_p1_p2_p3_p4_acknowledged_writes_are_stored_once_and_published_in_order(
    played: tuple[Environment, RetryingClient, Verdict],
) -> None:
    """P1 to P4, P9: nothing is lost, doubled or out of order, and the scores are as expected."""
    _, _, verdict = played
    assert verdict.violations == []
    assert verdict.compared.keys() >= CHECKS.keys()
    assert all(verdict.compared.values())
    assert len(table(verdict)) == len(verdict.compared) + 1


def _purchase(environment: Environment) -> Sale:
    """Return one acknowledged purchase."""
    return next(sale for sale in environment.acknowledged.sales.values() if sale.is_purchase)


def pretend_an_order_was_acknowledged(environment: Environment) -> None:
    environment.acknowledged.add_sale(replace(_purchase(environment), name="never sent"))


def forget_an_acknowledged_order(environment: Environment) -> None:
    del environment.acknowledged.sales[_purchase(environment).name]


def pretend_an_order_had_another_price(environment: Environment) -> None:
    lines = (Line("P-0", "1", "123456.78"),)
    environment.acknowledged.add_sale(replace(_purchase(environment), lines=lines))


def pretend_an_order_had_another_id(environment: Environment) -> None:
    environment.acknowledged.ids[next(iter(environment.acknowledged.ids))] = "another"


def pretend_an_unknown_order_was_published(environment: Environment) -> None:
    environment.published.orders["not stored"] = {}


def pretend_an_answer_was_acknowledged(environment: Environment) -> None:
    answers = environment.acknowledged.answers
    environment.acknowledged.add_answer(replace(answers[-1], id="never given", customer=None))


def pretend_an_answer_had_other_values(environment: Environment) -> None:
    answers = environment.acknowledged.answers
    # 1 to 5 become 5, 4, 4, 2, 1: every value changes
    values = {item: 6 - value + (value == 3) for item, value in answers[0].values.items()}
    answers[0] = replace(answers[0], values=values)


def pretend_a_customer_was_acknowledged(environment: Environment) -> None:
    environment.acknowledged.add_customer("never registered")


def pretend_a_rename_was_acknowledged(environment: Environment) -> None:
    versions = next(iter(environment.acknowledged.renames.values()))
    versions[max(versions) + 1] = "a name that was lost"


def pretend_a_file_had_one_more_line(environment: Environment) -> None:
    found = environment.acknowledged.imports[0]
    environment.acknowledged.imports[0] = replace(found, lines=found.lines + 1)


def pretend_an_event_had_to_be_consumed(environment: Environment) -> None:
    environment.published.consumed["scoring"].add("never applied")


def pretend_an_event_became_a_dead_letter(environment: Environment) -> None:
    environment.published.dead_letters["patron.survey.dead-letters.v1"] = ["an event"]


def pretend_an_invalid_event_was_published(environment: Environment) -> None:
    environment.acknowledged.poison.add("never a dead letter")


def pretend_an_old_score_was_published_last(environment: Environment) -> None:
    environment.published.points[next(iter(environment.published.points))] = "0.00001"


def pretend_an_old_state_was_published_last(environment: Environment) -> None:
    last = environment.published.last
    last[next(key for key in last if ".state." in key[0])] = 0


CHANGED = {
    "recompute equals stored (P9)": ("scoring", "UPDATE scores SET purchases = purchases + %d"),
    "scores in the registry": ("registry", "UPDATE scores SET version = version + %d"),
}
"""For each check of stored scores, the service and the statement by which a test changes them."""
ORDERS, SCORES = "orders stored and published", "scores as expected"
EXPLANATIONS = "explanations as expected"
TAMPERS: Mapping[Tamper, tuple[str, ...]] = {
    pretend_an_order_was_acknowledged: (ORDERS, "each fact once", SCORES),
    forget_an_acknowledged_order: (ORDERS, "each fact once", EXPLANATIONS),
    pretend_an_order_had_another_price: (ORDERS, SCORES, EXPLANATIONS),
    pretend_an_order_had_another_id: (ORDERS,),
    pretend_an_unknown_order_was_published: (ORDERS,),
    pretend_an_answer_was_acknowledged: ("answers and indices", "each fact once"),
    pretend_an_answer_had_other_values: ("answers and indices",),
    pretend_a_customer_was_acknowledged: (SCORES,),
    pretend_a_rename_was_acknowledged: ("customers as acknowledged",),
    pretend_a_file_had_one_more_line: ("imports complete",),
    pretend_an_event_had_to_be_consumed: ("each event in the inbox once",),
    pretend_an_event_became_a_dead_letter: ("dead letters",),
    pretend_an_invalid_event_was_published: ("dead letters",),
    pretend_an_old_score_was_published_last: (SCORES,),
    pretend_an_old_state_was_published_last: ("events in order per key",),
}


@pytest.mark.parametrize(
    ("tamper", "check"), [(tamper, check) for tamper, checks in TAMPERS.items() for check in checks]
)
def test_a_check_reports_a_difference_between_the_product_and_the_acknowledged_writes(
    played: tuple[Environment, RetryingClient, Verdict], tamper: Tamper, check: str
) -> None:
    environment, api, _ = played
    changed = replace(
        environment,
        acknowledged=copy.copy(environment.acknowledged),
        published=copy.deepcopy(environment.published),
    )
    _copy_collections(changed, environment)
    tamper(changed)
    assert CHECKS[check](changed, api).differences


@pytest.mark.parametrize(("check", "changed"), CHANGED.items())
def test_p9_a_check_reports_stored_scores_that_differ_from_the_events(
    played: tuple[Environment, RetryingClient, Verdict], check: str, changed: tuple[str, str]
) -> None:
    environment, api, _ = played
    service, statement = changed
    environment.infrastructure.change(service, statement % 1)
    try:
        assert CHECKS[check](environment, api).differences
    finally:
        environment.infrastructure.change(service, statement % -1)


def test_every_check_reports_a_difference_in_some_test() -> None:
    failed = {check for checks in TAMPERS.values() for check in checks}
    assert failed | CHANGED.keys() == CHECKS.keys()


def _copy_collections(changed: Environment, environment: Environment) -> None:
    """Copy the lists of acknowledged writes, so that other tests do not see the change."""
    for name in ("customers", "renames", "sales", "ids", "answers", "imports", "poison"):
        setattr(changed.acknowledged, name, copy.deepcopy(getattr(environment.acknowledged, name)))
