"""Tests of the demo company's files: numbers of rows, plausible values, consistent ids."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

from deploy.demo.generate import generate
from tests.deploy.demo.direct import rows


def test_the_same_seed_generates_the_same_files_byte_by_byte(folder: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_another_seed_generates_another_company(folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=1)
    assert (tmp_path / "orders.csv").read_bytes() != (folder / "orders.csv").read_bytes()


def test_every_nature_of_customer_has_the_planned_number_of_customers(folder: Path) -> None:
    natures = Counter((row["nature"], row["internal"]) for row in rows(folder / "customers.csv"))
    assert natures == {
        ("individual", "false"): 800,
        ("household", "false"): 500,
        ("retailer", "false"): 400,
        ("wholesaler", "false"): 60,
        ("integrator", "false"): 45,
        ("intermediary", "false"): 25,
        ("government", "false"): 35,
        ("special", "false"): 30,
        ("ordinary_company", "false"): 85,
        ("ordinary_company", "true"): 20,
    }


def test_every_retail_format_has_the_planned_number_of_retailers(folder: Path) -> None:
    formats = Counter(row["retail_format"] for row in rows(folder / "customers.csv"))
    del formats[""]
    assert formats == {
        "department_store": 40,
        "supermarket": 90,
        "hypermarket": 50,
        "convenience_store": 80,
        "specialty_store": 140,
    }


def test_every_kind_of_ownership_occurs(folder: Path) -> None:
    owned = {row["ownership"] for row in rows(folder / "customers.csv")}
    assert owned == {"", "state", "private", "joint_venture", "foreign"}


def test_every_customer_has_a_chinese_and_an_english_name(folder: Path) -> None:
    for row in rows(folder / "customers.csv"):
        assert not row["name"].isascii()
        assert row["name_en"].replace("ü", "u").isascii()


def test_external_ids_emails_and_phone_numbers_are_unique(folder: Path) -> None:
    people = list(rows(folder / "customers.csv"))
    for column in ("external_id", "email", "phone"):
        assert len({row[column] for row in people}) == len(people)


def test_every_order_line_refers_to_a_known_product_and_customer(folder: Path) -> None:
    products = {row["code"] for row in rows(folder / "products.csv")}
    people = {row["external_id"] for row in rows(folder / "customers.csv")} | {""}
    for row in rows(folder / "orders.csv"):
        assert row["product_code"] in products
        assert row["customer_external_id"] in people


def test_there_are_about_25_000_orders_with_two_to_three_lines(folder: Path) -> None:
    lines = Counter(row["order_id"] for row in rows(folder / "orders.csv"))
    assert 23_000 < len(lines) < 27_000
    assert 2 < lines.total() / len(lines) < 3


def test_prices_discounts_and_costs_are_whole_cents_and_never_negative(folder: Path) -> None:
    for row in rows(folder / "orders.csv"):
        for column in ("unit_price", "discount", "unit_cost"):
            amount = Decimal(row[column])
            assert amount >= 0
            assert amount == amount.quantize(Decimal("0.01"))


def test_no_more_pieces_are_returned_than_were_ordered(folder: Path) -> None:
    bought: Counter[tuple[str, str]] = Counter()
    returned: Counter[tuple[str, str]] = Counter()
    for row in rows(folder / "orders.csv"):
        quantity, code = int(row["quantity"]), row["product_code"]
        if row["order_id"].startswith("R"):
            assert quantity < 0
            returned[row["order_id"].removeprefix("R"), code] -= quantity
        else:
            assert quantity > 0
            bought[row["order_id"], code] += quantity
    assert returned
    assert all(bought[key] >= pieces for key, pieces in returned.items())


def test_some_purchases_are_anonymous(folder: Path) -> None:
    orders = {row["order_id"]: row["customer_external_id"] for row in rows(folder / "orders.csv")}
    assert 0.03 < list(orders.values()).count("") / len(orders) < 0.08
