"""Tests of the figures that are calculated from Online Retail, on a file of seven lines."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.bench import online_retail

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = """1,a,OLD NAME,2,2011-01-10 09:00:00,1.50,10.0,UK
1,b,,1,2011-01-10 08:00:00,0.0,10.0,UK
2,a,NEW NAME,1,2011-03-10 09:00:00,10.00,11.0,UK
C3,a,NEW NAME,-1,2011-03-11 09:00:00,10.00,11.0,UK
C4,a,NEW NAME,-1,2011-03-12 09:00:00,5.00,12.0,UK
5,a,NEW NAME,1,2011-03-12 09:00:00,7.00,,UK
A6,c,Adjust,1,2011-03-12 09:00:00,-7.00,,UK
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> online_retail.Shop:
    """Return the content of a file with HEADER and LINES, read in place of the real file."""
    file = tmp_path / "small.csv.gz"
    file.write_bytes(gzip.compress((HEADER + LINES).encode()))
    monkeypatch.setattr(online_retail, "FILE", file)
    return online_retail.read()


def test_the_orders_products_and_customers_of_the_file_are_read(shop: online_retail.Shop) -> None:
    assert (shop.lines, shop.rejected_lines, shop.rejected) == (7, 1, {"A6"})
    assert shop.orders == {"1", "2", "C3", "C4", "5"}
    assert shop.anonymous == {"5"}
    assert shop.products == {"a": "NEW NAME", "b": "b"}
    assert {name: buyer.value for name, buyer in shop.buyers.items()} == {
        "10": Decimal("3.00"),
        "11": Decimal(0),
        "12": Decimal("-5.00"),
    }


def test_only_customers_with_a_purchase_are_in_an_abc_class(shop: online_retail.Shop) -> None:
    classes = online_retail.classes(shop, "count")
    assert {letter: set(found.members) for letter, found in classes.items()} == {
        "A": {"10"},
        "B": set(),
        "C": {"11"},
    }


def test_a_customer_who_only_returned_goods_is_on_the_lowest_rung(shop: online_retail.Shop) -> None:
    ladder = online_retail.ladder(shop, date(2011, 12, 9))
    assert ladder == {"first_time": (2, Decimal("3.00")), "suspect": (1, Decimal("-5.00"))}
