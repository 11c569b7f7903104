"""Tests of merging tables."""

import pytest

from shared.merging import merge_disjoint


def test_tables_with_different_keys_are_merged_in_their_order() -> None:
    merged = merge_disjoint({"one": 1}, {"two": 2}, {})
    assert list(merged.items()) == [("one", 1), ("two", 2)]


def test_two_entries_for_one_key_are_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="entry for int, str"):
        merge_disjoint(dict.fromkeys((str, int, float), 1), dict.fromkeys((int, str), 2))
