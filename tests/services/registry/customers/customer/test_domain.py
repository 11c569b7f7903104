"""By what customers are found, and which of them a reader may make."""

from dataclasses import replace

import pytest

from services.registry.customers.customer.domain import (
    ExternalId,
    Kind,
    Nature,
    Ownership,
    Record,
    RetailFormat,
    brought_into_sight,
    contradictions,
    differences,
    out_of_sight,
    query_tokens,
    tokens,
    united,
)
from shared.row_access import SYSTEM_READER, Reader, Rows

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
    assert brought_into_sight(RECORD, SYSTEM_READER) == RECORD
    assert out_of_sight(RECORD, SYSTEM_READER) == []
    assert out_of_sight(replace(RECORD, owner="another", team="another"), SYSTEM_READER) == []


@pytest.mark.parametrize(
    ("kind", "nature", "fits"),
    [
        (Kind.PERSON, Nature.INDIVIDUAL, True),
        (Kind.PERSON, Nature.HOUSEHOLD, True),
        (Kind.PERSON, Nature.RETAILER, False),
        (Kind.PERSON, Nature.UNKNOWN, True),
        (Kind.ORGANISATION, Nature.RETAILER, True),
        (Kind.ORGANISATION, Nature.INDIVIDUAL, False),
        (Kind.ORGANISATION, Nature.HOUSEHOLD, False),
        (Kind.ORGANISATION, Nature.UNKNOWN, True),
        (Kind.UNKNOWN, Nature.HOUSEHOLD, True),
    ],
)
def test_persons_are_individual_or_household_and_others_are_not(
    kind: Kind, nature: Nature, *, fits: bool
) -> None:
    found = contradictions(Record(name="x", kind=kind, nature=nature))
    assert [each.field for each in found] == ([] if fits else ["nature"])


def test_only_organisations_have_an_owner_and_only_retailers_a_format() -> None:
    person = Record(
        name="x",
        kind=Kind.PERSON,
        nature=Nature.INDIVIDUAL,
        ownership=Ownership.PRIVATE,
        retail_format=RetailFormat.SUPERMARKET,
    )
    shop = replace(person, kind=Kind.ORGANISATION, nature=Nature.RETAILER)
    assert [each.field for each in contradictions(person)] == ["ownership", "retail_format"]
    assert contradictions(shop) == []
    assert contradictions(replace(shop, kind=Kind.UNKNOWN)) == []


def test_every_contradiction_says_what_may_be() -> None:
    wrong = Record(
        name="x",
        kind=Kind.PERSON,
        nature=Nature.WHOLESALER,
        ownership=Ownership.PRIVATE,
        retail_format=RetailFormat.SUPERMARKET,
    )
    told = {each.field: each.message for each in contradictions(wrong)}
    assert "individual or household" in told["nature"]
    assert "organisation" in told["ownership"]
    assert "retailer" in told["retail_format"]


def test_who_leaves_sight_is_told_by_what_the_key_sees() -> None:
    (own,) = out_of_sight(RECORD, Reader("k", Rows.OWN, "east"))
    (team,) = out_of_sight(RECORD, Reader("k", Rows.TEAM, "east"))
    assert "owner" in own.message
    assert "team" in team.message


def test_the_ids_of_two_records_are_united_once_each_in_order() -> None:
    a, b, c = (ExternalId("shop", name) for name in "abc")
    assert united([c, a], [b, a]) == (a, b, c)


def test_what_differs_is_told_from_what_to_what() -> None:
    after = replace(RECORD, city="上海", tags=("vip",))
    assert differences(RECORD, after) == {
        "city": {"from": None, "to": "上海"},
        "tags": {"from": (), "to": ("vip",)},
    }
    assert differences(RECORD, RECORD) == {}


def test_a_record_is_found_by_all_its_texts_in_small_letters() -> None:
    record = replace(
        RECORD,
        name="Lee WANG",
        name_en="Li",
        email="A@x.cn",
        phone="+86 21",
        city="Wuxi",
        external_ids=(ExternalId("shop", "Z-9"),),
    )
    assert tokens(record) == {
        "lee wang", "lee", "wang", "li", "a@x.cn", "+86 21", "86", "21", "wuxi", "z-9",
    }  # fmt: skip


def test_chinese_is_found_by_every_two_characters_and_what_stands_between() -> None:
    assert tokens(replace(RECORD, name="海尔集88")) == {"海尔集88", "海尔", "尔集", "集", "88"}


def test_of_a_long_word_the_first_sixty_characters_count() -> None:
    long = "x" * 61
    assert tokens(replace(RECORD, name=long)) == {"x" * 60}
    assert query_tokens(long) == ["x" * 60]
    assert query_tokens("海" + long) == ["海", "x" * 60]
    assert tokens(replace(RECORD, name="海" + long)) == {"海" + "x" * 59, "海", "x" * 60}


def test_a_query_asks_for_every_piece_once_in_its_order() -> None:
    assert query_tokens("Lee 海尔集团88 lee") == ["lee", "海尔", "尔集", "集团", "88"]
    assert query_tokens("海") == ["海"]
    assert query_tokens("  ") == []
