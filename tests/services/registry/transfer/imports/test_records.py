"""What a line of customers or products says of one, and what it leaves as it was. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.registry.customers.customer.domain import ExternalId, Kind, Nature, Record
from services.registry.sales.product.domain import Product
from services.registry.transfer.imports.columns import layout_of
from services.registry.transfer.imports.domain import Entity, Mode, Options
from services.registry.transfer.imports.records import (
    customer,
    customer_key,
    customer_named,
    product,
    product_key,
)

OPTIONS = Options(system="erp", currency="CNY", timezone="Asia/Shanghai")


def test_a_customer_is_known_by_the_system_and_their_id_without_what_is_stripped() -> None:
    said = {"external_id": "17.0"}
    assert customer_key(said, OPTIONS) == ExternalId("erp", "17.0")
    assert customer_key(said, replace(OPTIONS, strip_suffix=".0")) == ExternalId("erp", "17")
    assert customer_key({"external_id": "17"}, replace(OPTIONS, system=None)).system == ""


def test_a_customer_on_record_is_told_apart_by_one_id_whichever_names_it() -> None:
    one, other = ExternalId("erp", "1"), ExternalId("erp", "2")
    before = Record(name="x", kind=Kind.UNKNOWN, nature=Nature.UNKNOWN, external_ids=(one, other))
    assert {customer_named(key, before) for key in (one, other)} == {one}
    assert customer_named(other, None) == other


def test_no_blank_and_not_nothing_is_what_stripping_leaves_of_an_id() -> None:
    options = replace(OPTIONS, strip_suffix="b")
    assert customer_key({"external_id": "a b"}, options) == ExternalId("erp", "a")
    with pytest.raises(ValueError, match="leaves something"):
        customer_key({"external_id": "b"}, options)


def test_a_new_customer_is_of_no_known_kind_unless_the_line_says() -> None:
    bare = customer({"external_id": "17", "name": "华东"}, OPTIONS, None)
    assert bare == Record(name="华东", kind=Kind.UNKNOWN, nature=Nature.UNKNOWN)
    said = {
        "external_id": "17",
        "name": "华东",
        "kind": Kind.ORGANISATION,
        "nature": Nature.RETAILER,
    }
    made = customer(said, OPTIONS, None)
    assert (made.kind, made.nature) == (Kind.ORGANISATION, Nature.RETAILER)


def test_of_a_known_customer_only_what_the_line_says_changes() -> None:
    before = Record(name="old", kind=Kind.PERSON, nature=Nature.INDIVIDUAL, city="上海")
    after = customer({"external_id": "17", "name": "new"}, OPTIONS, before)
    assert after == replace(before, name="new")


def test_a_product_is_known_by_its_code() -> None:
    assert product_key({"code": "P1", "name": "x"}, OPTIONS) == "P1"


def test_the_currency_of_the_file_is_that_of_a_price_without_one() -> None:
    priced = {"code": "P1", "name": "x", "unit_price": Decimal(5)}
    assert product(priced, OPTIONS, None).currency == "CNY"
    assert product(priced | {"currency": "EUR"}, OPTIONS, None).currency == "EUR"
    assert product({"code": "P1", "name": "x"}, OPTIONS, None).currency is None


def test_a_price_keeps_the_currency_on_record_unless_another_is_said() -> None:
    priced = {"code": "P1", "name": "x", "unit_price": Decimal(5)}
    before = Product(code="P1", name="x", unit_price=Decimal(4), currency="USD")
    given = replace(OPTIONS, currency_given=True)
    assert product(priced, OPTIONS, before).currency == "USD"
    assert product(priced, OPTIONS, replace(before, currency=None)).currency == "CNY"
    assert product(priced, given, before).currency == "CNY"
    assert product(priced | {"currency": "EUR"}, given, before).currency == "EUR"
    assert product({"code": "P1", "name": "x"}, given, before).currency == "USD"


def test_of_a_known_product_only_what_the_line_says_changes() -> None:
    before = Product(code="P1", name="old", category="家电", unit_price=Decimal(5), currency="EUR")
    assert product({"code": "P1", "name": "new"}, OPTIONS, before) == replace(before, name="new")


@pytest.mark.parametrize(
    ("mode", "known", "unknown"),
    [(Mode.UPSERT, "", ""), (Mode.INSERT, "insert", ""), (Mode.UPDATE, "", "update")],
)
def test_a_mode_forbids_what_is_known_or_what_is_not(mode: Mode, known: str, unknown: str) -> None:
    options = replace(OPTIONS, mode=mode)
    for is_known, told in ((True, known), (False, unknown)):
        why = options.forbids(known=is_known)
        assert (why is None) is (told == "")
        assert told in (why or "")


def test_a_line_is_read_whole_and_everything_that_is_wrong_with_it_is_told() -> None:
    header = ["note", "价格", "name", "code", "currency"]
    layout = layout_of(Entity.PRODUCTS, header, {"价格": "unit_price"}, "UTC")
    assert layout.read(["?", " 5.50 ", "x", "P1", ""]) == (
        {"unit_price": Decimal("5.50"), "name": "x", "code": "P1"},
        [],
    )
    values, faults = layout.read(["?", "5,50", " ", "", "CNY"])
    assert values == {"currency": "CNY"}
    assert faults[1:] == ["name: Give a value.", "code: Give a value."]
    assert faults[0].startswith("价格 (unit_price): Give digits")


def test_a_time_of_an_order_is_read_in_the_zone_of_the_file() -> None:
    header = ["order_id", "ordered_at", "product_code", "quantity", "unit_price"]
    layout = layout_of(Entity.ORDERS, header, {}, "Asia/Shanghai")
    values, _ = layout.read(["A1", "2026-01-31 07:30:00", "P1", "1", "5"])
    assert values["ordered_at"] == (
        datetime(2026, 1, 30, 23, 30, tzinfo=UTC),
        date(2026, 1, 31),
    )
