"""The whole product reproduces the ledger: every figure that was worked out by hand."""

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
    """Tell an empty product the whole ledger, checking on the way what the ledger says midway."""
    start: Starter = request.getfixturevalue(f"start_{stack}")
    with start() as product:
        told = Ledger(product)
        done = 0
        for part in EXPECTED["midway"]:
            told.do(STEPS[done : part["after_steps"]])
            done = part["after_steps"]
            told.settled(part, part["as_of"])
        told.do(STEPS[done:])
        told.settled(EXPECTED["as_of"][DAYS[-1]], DAYS[-1])
        yield told


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
def test_the_ladder_is_that_of_the_ledger(ledger: Ledger, day: str) -> None:
    compare.ladder(ledger.portfolio("ladder", as_of=day), EXPECTED["as_of"][day]["ladder"])


@pytest.mark.parametrize("part", EXPECTED["moves"], ids=lambda part: part["to"])
def test_the_moves_are_those_of_the_ledger(ledger: Ledger, part: Json) -> None:
    found = ledger.portfolio("ladder", **{"from": part["from"], "to": part["to"]})
    compare.moves(found, part)


def test_p9_scores_rebuilt_from_the_log_equal_those_kept(
    ledger: Ledger, stack: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """P9: read from its beginning into an empty database, the log gives every score again."""
    product = ledger.company.product
    kept = rebuild.kept(product)
    assert len(kept) == len(EXPECTED["as_of"][DAYS[-1]]["scores"])
    if stack == "embedded":
        again = rebuild.rebuilt(product, f"sqlite:///{tmp_path}/scoring.db", len(kept))
    else:
        with request.getfixturevalue("new_database")() as url:
            again = rebuild.rebuilt(product, create_roles(url)["scoring"], len(kept))
    assert again == kept
