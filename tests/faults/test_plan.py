"""What happens in a campaign is drawn from its seed, and nothing is left out."""

from collections import Counter

import pytest

from tests.faults.faults import FAULTS
from tests.faults.plan import DEFAULT_ROUNDS, KINDS, STACKS, planned


@pytest.mark.parametrize("on", STACKS)
def test_the_same_seed_plans_the_same_rounds(on: str) -> None:
    assert planned(on, 60, 7) == planned(on, 60, 7)
    assert planned(on, 60, 7) != planned(on, 60, 8)


@pytest.mark.parametrize("on", STACKS)
def test_a_usual_campaign_has_every_fault_and_kills_every_role(on: str) -> None:
    """Each fault at least twice, and each kind's targets in turn."""
    rounds = planned(on, DEFAULT_ROUNDS[on], 1)
    counted = Counter(one.fault for one in rounds)
    assert counted.keys() == KINDS[on].keys()
    assert min(counted.values()) > 1
    killed = {one.target for one in rounds if one.fault == "killed"}
    assert killed == set(KINDS[on]["killed"].targets)


def test_every_kind_can_be_done() -> None:
    assert {name for kinds in KINDS.values() for name in kinds} == FAULTS.keys() - {"nothing"}


def test_one_may_draw_from_some_faults_only() -> None:
    assert {one.fault for one in planned("embedded", 9, 1, ("killed", "poison"))} == {
        "killed",
        "poison",
    }
