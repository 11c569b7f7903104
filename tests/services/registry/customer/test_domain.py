"""By what customers are found, and which of them a reader may make."""

from dataclasses import replace

import pytest

from services.registry.customer.domain import (
    Kind,
    Nature,
    Record,
    brought_into_sight,
    out_of_sight,
    query_tokens,
    tokens,
)
from shared.reader import EVERYTHING, Reader, Rows

RECORD = Record(name="王强", kind=Kind.UNKNOWN, nature=Nature.UNKNOWN)


def finds(q: str, name: str) -> bool:
    kept = tokens(Record(name=name, kind=Kind.UNKNOWN, nature=Nature.UNKNOWN))
    return all(any(token.startswith(wanted) for token in kept) for wanted in query_tokens(q))


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("888", "海尔集团888分店"),
        ("88", "海尔集团888分店"),
        ("集团888", "海尔集团888分店"),
        ("888分店", "海尔集团888分店"),
        ("海尔集团888分店", "海尔集团888分店"),
        ("分店888", "海尔集团888分店"),
        ("888店", "海尔集团888分店"),
        ("客户099", "客户099"),
        ("HAIER集团", "海尔集团Haier"),
        ("第7店", "苏宁第7店"),
        ("第7", "苏宁第7店"),
        ("7店", "苏宁第7店"),
        ("a-17", "客A-17"),
        ("buyer@ex", "buyer@example.com"),
        ("海尔(中国)", "海尔（中国）"),
    ],
)
def test_a_piece_of_a_mixed_word_is_found_by_its_beginning(q: str, name: str) -> None:
    assert finds(q, name)


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("客户xyz", "客户001"),
        ("客户099", "客户001"),
        ("海尔集团999", "海尔集团888分店"),
        ("尔海", "海尔集团888分店"),
        ("团分", "海尔集团888分店"),
        ("89", "海尔集团888分店"),
        ("第8店", "苏宁第7店"),
        ("第店", "苏宁第7店"),
    ],
)
def test_every_piece_of_a_query_has_to_be_there(q: str, name: str) -> None:
    assert not finds(q, name)


@pytest.mark.parametrize(
    ("reader", "field", "own"),
    [
        (Reader("k", Rows.OWN, "east"), "owner", "k"),
        (Reader("k", Rows.TEAM, "east"), "team", "east"),
    ],
)
def test_a_record_is_brought_into_sight_and_told_when_it_leaves(
    reader: Reader, field: str, own: str
) -> None:
    seen = brought_into_sight(RECORD, reader)
    assert (getattr(seen, field), replace(seen, owner=None, team=None)) == (own, RECORD)
    assert out_of_sight(seen, reader) == []
    for away in (RECORD, replace(RECORD, owner="another", team="another")):
        assert [found.field for found in out_of_sight(away, reader)] == [field]


def test_a_reader_of_all_rows_has_every_record_in_sight() -> None:
    assert brought_into_sight(RECORD, EVERYTHING) == RECORD
    assert out_of_sight(RECORD, EVERYTHING) == []
