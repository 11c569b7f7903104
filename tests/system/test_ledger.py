"""The whole product reproduces the figures of the ledger, which were worked out by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.roles import create_roles
from tests.ledger import compare
from tests.ledger.compare import DAYS, EXPECTED, METHODS, STEPS, Json
from tests.system import rebuild
from tests.system.conftest import Starter
from tests.system.ledger import Ledger


@pytest.fixture(scope="module")
def ledger(stack: str, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Send all steps of the ledger to an empty product; after some steps check the figures."""
    start: Starter = request.getfixturevalue(f"start_{stack}")
    with start() as product:
        ledger = Ledger(product)
        sent = 0
        for part in EXPECTED["midway"]:
            ledger.send(STEPS[sent : part["after_steps"]])
            sent = part["after_steps"]
            ledger.wait_for(part, part["as_of"])
        ledger.send(STEPS[sent:])
        ledger.wait_for(EXPECTED["as_of"][DAYS[-1]], DAYS[-1])
        yield ledger


@pytest.mark.parametrize("day", DAYS)
def test_scores_and_the_index_are_those_of_the_ledger(ledger: Ledger, day: str) -> None:
    ledger.check(EXPECTED["as_of"][day], day)


@pytest.mark.parametrize("day", DAYS)
def test_explanations_add_up_to_the_points_of_the_ledger(ledger: Ledger, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        compare.explanation(ledger.explanation(name, day), expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("day", DAYS)
def test_the_abc_table_is_that_of_the_ledger(ledger: Ledger, day: str, method: str) -> None:
    found = ledger.portfolio("abc", as_of=day, method=method)
    compare.abc(found, EXPECTED["as_of"][day]["abc"][method])


@pytest.mark.parametrize("day", DAYS)
def test_the_loyalty_ladder_is_that_of_the_ledger(ledger: Ledger, day: str) -> None:
    compare.ladder(ledger.portfolio("ladder", as_of=day), EXPECTED["as_of"][day]["ladder"])


@pytest.mark.parametrize("part", EXPECTED["moves"], ids=lambda part: part["to"])
def test_the_moves_between_rungs_are_those_of_the_ledger(ledger: Ledger, part: Json) -> None:
    found = ledger.portfolio("ladder", **{"from": part["from"], "to": part["to"]})
    compare.moves(found, part)


def test_p9_scores_rebuilt_from_the_log_equal_the_stored_ones(
    ledger: Ledger, stack: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """P9: applying all events of the log to an empty database gives the same scores."""
    product = ledger.company.product
    stored_scores = rebuild.stored_scores(product)
    assert len(stored_scores) == len(EXPECTED["as_of"][DAYS[-1]]["scores"])
    if stack == "embedded":
        again = rebuild.rebuilt_scores(
            product, f"sqlite:///{tmp_path}/scoring.db", len(stored_scores)
        )
    else:
        with request.getfixturevalue("new_database")() as url:
            again = rebuild.rebuilt_scores(
                product, create_roles(url)["scoring"], len(stored_scores)
            )
    assert again == stored_scores
