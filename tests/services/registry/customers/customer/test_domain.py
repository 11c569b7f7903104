"""The rules of a customer's record: contradictions, visibility to a reader, and search tokens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.customers.customer.domain import (
    ExternalId,
    Record,
    RequestedFields,
    build_record,
    contradictions,
    differences,
    invisible_fields,
    is_long_enough,
    merge_external_ids,
    query_tokens,
    tokens,
    with_owner_or_team_of,
    with_phone_in_e164,
)
from shared.contracts.registry.customer import CustomerKind, CustomerNature, Ownership, RetailFormat
from shared.errors import Fault, FieldError
from shared.faults import REQUIRED
from shared.row_access import SYSTEM_READER, Reader, Rows

RECORD = Record(name="王强", kind=CustomerKind.UNKNOWN, nature=CustomerNature.UNKNOWN)


def finds(q: str, name: str) -> bool:
    """Return whether a search for `q` finds a customer with this name."""
    stored = tokens(Record(name=name, kind=CustomerKind.UNKNOWN, nature=CustomerNature.UNKNOWN))
    return all(any(token.startswith(one) for token in stored) for one in query_tokens(q))


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
        ("yuanxiu trading co.", "Suzhou Yuanxiu Trading Co., Ltd."),
        ("Acme S.A.", "Acme S.A."),
        ("müller & söhne", "Müller & Söhne"),
        ("Söhne, Müller", "Müller/Söhne"),
        ("老王 & 老李", "老王&老李"),
        ("(b_7)", "A/B_7"),
        ("- &", "- & Co"),
    ],
)
def test_a_query_finds_names_by_the_beginnings_of_their_pieces(q: str, name: str) -> None:
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
def test_a_query_finds_no_name_that_lacks_a_piece_of_it(q: str, name: str) -> None:
    assert not finds(q, name)


@pytest.mark.parametrize(
    ("reader", "field", "own"),
    [
        (Reader("k", Rows.OWN, "east", user="u"), "owner", "u"),
        (Reader("k", Rows.TEAM, "east"), "team", "east"),
    ],
)
def test_a_limited_key_fills_in_its_owner_or_team_and_may_not_set_another(
    reader: Reader, field: str, own: str
) -> None:
    visible = with_owner_or_team_of(reader, RECORD)
    assert (getattr(visible, field), replace(visible, owner=None, team=None)) == (own, RECORD)
    assert invisible_fields(visible, reader) == []
    for invisible in (RECORD, replace(RECORD, owner="another", team="another")):
        assert [found.pointer for found in invisible_fields(invisible, reader)] == [field]


def test_every_record_is_visible_to_a_reader_of_all_rows() -> None:
    assert with_owner_or_team_of(SYSTEM_READER, RECORD) == RECORD
    assert invisible_fields(RECORD, SYSTEM_READER) == []
    assert invisible_fields(replace(RECORD, owner="another", team="another"), SYSTEM_READER) == []


@pytest.mark.parametrize(
    ("kind", "nature", "fits"),
    [
        (CustomerKind.PERSON, CustomerNature.INDIVIDUAL, True),
        (CustomerKind.PERSON, CustomerNature.HOUSEHOLD, True),
        (CustomerKind.PERSON, CustomerNature.RETAILER, False),
        (CustomerKind.PERSON, CustomerNature.UNKNOWN, True),
        (CustomerKind.ORGANISATION, CustomerNature.RETAILER, True),
        (CustomerKind.ORGANISATION, CustomerNature.INDIVIDUAL, False),
        (CustomerKind.ORGANISATION, CustomerNature.HOUSEHOLD, False),
        (CustomerKind.ORGANISATION, CustomerNature.UNKNOWN, True),
        (CustomerKind.UNKNOWN, CustomerNature.HOUSEHOLD, True),
    ],
)
def test_persons_are_individual_or_household_and_organisations_are_not(
    kind: CustomerKind, nature: CustomerNature, *, fits: bool
) -> None:
    found = contradictions(Record(name="x", kind=kind, nature=nature))
    assert [each.pointer for each in found] == ([] if fits else ["nature"])


def test_a_person_has_no_ownership_and_only_a_retailer_has_a_retail_format() -> None:
    person = Record(
        name="x",
        kind=CustomerKind.PERSON,
        nature=CustomerNature.INDIVIDUAL,
        ownership=Ownership.PRIVATE,
        retail_format=RetailFormat.SUPERMARKET,
    )
    shop = replace(person, kind=CustomerKind.ORGANISATION, nature=CustomerNature.RETAILER)
    assert [each.pointer for each in contradictions(person)] == ["ownership", "retail_format"]
    assert contradictions(shop) == []
    assert contradictions(replace(shop, kind=CustomerKind.UNKNOWN)) == []


def test_a_contradiction_names_the_allowed_values_and_the_other_field() -> None:
    wrong = Record(
        name="x",
        kind=CustomerKind.PERSON,
        nature=CustomerNature.WHOLESALER,
        ownership=Ownership.PRIVATE,
        retail_format=RetailFormat.SUPERMARKET,
    )
    found = contradictions(wrong)
    messages = {each.pointer: each.message for each in found}
    others = {each.pointer: each.params["field"] for each in found}
    assert others == {"nature": "kind", "ownership": "kind", "retail_format": "nature"}
    assert "individual or household" in messages["nature"]
    assert "organisation" in messages["ownership"]
    assert "retailer" in messages["retail_format"]


def test_the_message_about_an_invisible_record_names_what_the_key_sees() -> None:
    (own,) = invisible_fields(RECORD, Reader("k", Rows.OWN, "east", user="u"))
    (team,) = invisible_fields(RECORD, Reader("k", Rows.TEAM, "east"))
    assert "owner" in own.message
    assert "team" in team.message


def test_merged_external_ids_are_sorted_and_unique() -> None:
    a, b, c = (ExternalId("shop", name) for name in "abc")
    assert merge_external_ids([c, a], [b, a]) == (a, b, c)


def test_differences_have_the_old_and_the_new_value_of_each_changed_field() -> None:
    after = replace(RECORD, city="上海", tags=("vip",))
    assert differences(RECORD, after) == {
        "city": {"from": None, "to": "上海"},
        "tags": {"from": (), "to": ("vip",)},
    }
    assert differences(RECORD, RECORD) == {}


def test_the_tokens_of_a_record_are_all_its_words_in_lower_case() -> None:
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


def test_the_digits_of_a_phone_number_in_e164_are_tokens_and_a_query_leaves_out_the_plus() -> None:
    record = replace(RECORD, phone="(021) 5555-0100", phone_e164="+862155550100")
    assert {"862155550100", "02155550100"} < tokens(record)
    assert query_tokens("+86215555 +x") == [("86215555",), ("x",)]


@pytest.mark.parametrize(
    ("country", "e164"), [(None, "+862155550100"), ("CN", "+862155550100"), ("DE", "+492155550100")]
)
def test_a_phone_number_belongs_to_the_country_of_the_customer_or_of_the_company(
    country: str | None, e164: str
) -> None:
    values = {"name": "王强", "phone": "02155550100", "country": country}
    assert build_record(values, None, default_country="CN").phone_e164 == e164


def test_a_phone_number_that_cannot_exist_is_refused_unless_it_is_stored() -> None:
    record = replace(RECORD, phone="none", phone_e164="+862155550100")
    stored = with_phone_in_e164(record, record, country="CN")
    assert (stored.phone, stored.phone_e164) == ("none", None)
    assert build_record({"city": "上海"}, record, default_country="CN").phone == "none"
    for before in (None, replace(RECORD, phone="other")):
        with pytest.raises(ValueError, match="This is not a phone number"):
            with_phone_in_e164(record, before, country="CN")


def faulty_fields(values: dict[str, Any], **context: Any) -> list[str]:
    """Return the fields for which the record with these values is refused."""
    with pytest.raises(FieldError) as refused:
        build_record({"name": "王强"} | values, None, default_country="CN", **context)
    return [fault.pointer for fault in refused.value.faults]


def test_an_ignored_field_and_the_fields_compared_with_it_are_not_refused() -> None:
    values: dict[str, Any] = {
        "kind": CustomerKind.PERSON,
        "nature": CustomerNature.WHOLESALER,
        "ownership": Ownership.STATE,
        "retail_format": RetailFormat.SUPERMARKET,
        "phone": "none",
    }
    assert faulty_fields(values) == ["nature", "ownership", "retail_format", "phone"]
    assert faulty_fields(values, ignored_fields={"kind"}) == ["retail_format", "phone"]
    assert faulty_fields(values, ignored_fields={"nature"}) == ["ownership", "phone"]
    ignored = {"kind", "nature", "phone"}
    found = build_record(
        {"name": "王强"} | values, None, default_country="CN", ignored_fields=ignored
    )
    assert found == replace(RECORD, **values)


def test_a_phone_number_may_belong_to_any_country_if_the_country_is_ignored() -> None:
    values = {"phone": "999999999999999999", "country": "CN"}
    assert faulty_fields(values, ignored_fields={"city"}) == ["phone"]
    found = build_record(
        {"name": "王强"} | values, None, default_country="CN", ignored_fields={"country"}
    )
    assert found.phone_e164 is None


def test_a_record_has_at_most_fifty_external_ids_unless_it_is_stored_with_more() -> None:
    ids = tuple(ExternalId("erp", str(number)) for number in range(51))
    with pytest.raises(FieldError, match="Give at most 50 external ids") as refused:
        build_record({"name": "王强", "external_ids": ids}, None, default_country="CN")
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code, fault.params) == ("external_ids", "too_long", {"max": 50})
    changes: list[dict[str, Any]] = [{"external_ids": ids[1:]}, {"city": "上海"}]
    for values in changes:
        before = replace(RECORD, external_ids=ids)
        found = build_record(values, before, default_country="CN")
        assert found == replace(before, **values)


def test_only_a_new_record_gets_the_owner_or_team_of_a_limited_reader() -> None:
    reader = Reader("k", Rows.OWN, "east", user="u")
    found = build_record({"name": "王强"}, None, default_country="CN", reader=reader)
    assert (found.owner, found.team) == ("u", None)
    with pytest.raises(FieldError, match="sees only customers whose owner is its user"):
        build_record({"owner": None}, found, default_country="CN", reader=reader)
    assert faulty_fields({"owner": "x"}, reader=reader) == ["owner"]


def test_the_invalid_fields_of_a_request_are_those_of_its_faults() -> None:
    faults = [Fault("/tags/0", REQUIRED), Fault("/name", REQUIRED)]
    fields = RequestedFields(values={}, faults=faults, default_country="CN")
    assert (fields.invalid, fields.external_ids) == ({"tags", "name"}, ())


def test_a_removed_phone_number_has_no_e164() -> None:
    record = replace(RECORD, phone=None, phone_e164="+862155550100")
    assert with_phone_in_e164(record, country="CN").phone_e164 is None


def test_chinese_words_have_a_token_for_each_pair_of_characters_and_each_other_piece() -> None:
    assert tokens(replace(RECORD, name="海尔集88")) == {"海尔集88", "海尔", "尔集", "集", "88"}


def test_a_token_has_at_most_sixty_characters() -> None:
    long = "x" * 61
    assert tokens(replace(RECORD, name=long)) == {"x" * 60}
    assert query_tokens(long) == [("x" * 60,)]
    assert query_tokens("海" + long) == [("海",), ("x" * 60,)]
    assert query_tokens("1" * 59 + "-23") == [("1" * 59 + "-", "1" * 59 + "2")]
    assert tokens(replace(RECORD, name="海" + long)) == {"海" + "x" * 59, "海", "x" * 60}


@given(st.text("aZé海尔 7_-.,&'@+/()", min_size=1, max_size=90).filter(str.strip))
def test_every_name_is_found_by_itself(name: str) -> None:
    assert finds(name, name.strip())


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("199 0000 1042", "19900001042"),
        ("199-0000-1042", "19900001042"),
        ("(199) 0000.1042", "19900001042"),
        ("199 - 0000/1042", "19900001042"),
        ("+86 199 0000", "8619900001042"),
        ("王强 199 0000", "王强 19900001042"),
        ("10017 20018", "10017 20018"),
        ("100-17", "A 100-17"),
    ],
)
def test_digits_with_separators_are_found_as_written_and_as_one_number(q: str, name: str) -> None:
    assert finds(q, name)


def test_digits_are_one_number_only_if_nothing_else_is_between_them() -> None:
    assert query_tokens("199 a 0000 +/") == [("199",), ("a",), ("0000",)]
    assert not finds("199 a 0000", "a 1990000")
    assert query_tokens("+/") == [("+/",)]


@pytest.mark.parametrize("q", ["王", " 王 ", "a1", "a 海", "7 eleven", "a+海", "1-2", "1 2", "+/"])
def test_a_query_with_a_prefix_of_two_characters_or_a_chinese_one_is_long_enough(q: str) -> None:
    assert is_long_enough(q)


@pytest.mark.parametrize("q", ["", "a", " 1 ", "c+", "a.", "a b", "(a) /b/", "a_b", "+"])
def test_a_query_whose_prefixes_are_single_characters_is_too_short(q: str) -> None:
    assert not is_long_enough(q)


def test_a_query_has_each_of_its_pieces_once() -> None:
    assert query_tokens("Lee 海尔集团88 lee") == [
        ("lee",),
        ("海尔",),
        ("尔集",),
        ("集团",),
        ("88",),
    ]
    assert query_tokens("海") == [("海",)]
    assert query_tokens("  ") == []
