"""By what customers are found."""

import pytest

from services.registry.customer.domain import Kind, Nature, Record, query_tokens, tokens


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
