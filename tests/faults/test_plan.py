"""The plan of a campaign follows from its seed and contains every fault."""

from collections import Counter

import pytest

from tests.faults.faults import FAULTS
from tests.faults.plan import DEFAULT_ROUNDS, KINDS, STACKS, planned


@pytest.mark.parametrize("on", STACKS)
def test_the_same_seed_plans_the_same_rounds(on: str) -> None:
    assert planned(on, 60, 7) == planned(on, 60, 7)
    assert planned(on, 60, 7) != planned(on, 60, 8)


@pytest.mark.parametrize("on", STACKS)
def test_a_campaign_of_default_length_has_every_fault_and_kills_every_process(on: str) -> None:
    """Each fault occurs at least twice, and the targets of a fault take turns."""
    rounds = planned(on, DEFAULT_ROUNDS[on], 1)
    counted = Counter(one.fault for one in rounds)
    assert counted.keys() == KINDS[on].keys()
    assert min(counted.values()) > 1
    killed = {one.target for one in rounds if one.fault == "killed"}
    assert killed == set(KINDS[on]["killed"].targets)


def test_every_kind_of_fault_has_a_function() -> None:
    assert {name for kinds in KINDS.values() for name in kinds} == FAULTS.keys() - {"nothing"}


def test_a_campaign_can_be_limited_to_some_faults() -> None:
    assert {one.fault for one in planned("embedded", 9, 1, ("killed", "poison"))} == {
        "killed",
        "poison",
    }
