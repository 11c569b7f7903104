"""The plan of a campaign follows from its seed and contains every fault."""

from collections import Counter

import pytest

from tests.faults.faults import FAULTS
from tests.faults.plan import DEFAULT_ROUNDS, KINDS, STACKS, planned_rounds


@pytest.mark.parametrize("stack_name", STACKS)
def test_the_same_seed_plans_the_same_rounds(stack_name: str) -> None:
    assert planned_rounds(stack_name, 60, 7) == planned_rounds(stack_name, 60, 7)
    assert planned_rounds(stack_name, 60, 7) != planned_rounds(stack_name, 60, 8)


@pytest.mark.parametrize("stack_name", STACKS)
def test_a_campaign_of_default_length_has_every_fault_and_kills_every_process(
    stack_name: str,
) -> None:
    """Each fault occurs at least twice, and the targets of a fault take turns."""
    rounds = planned_rounds(stack_name, DEFAULT_ROUNDS[stack_name], 1)
    counted = Counter(one.fault for one in rounds)
    assert counted.keys() == KINDS[stack_name].keys()
    assert min(counted.values()) > 1
    killed = {one.target for one in rounds if one.fault == "killed"}
    assert killed == set(KINDS[stack_name]["killed"].targets)


def test_every_kind_of_fault_has_a_function() -> None:
    assert {name for kinds in KINDS.values() for name in kinds} == FAULTS.keys() - {"nothing"}


def test_a_campaign_can_be_limited_to_some_faults() -> None:
    assert {one.fault for one in planned_rounds("embedded", 9, 1, ("killed", "poison"))} == {
        "killed",
        "poison",
    }
