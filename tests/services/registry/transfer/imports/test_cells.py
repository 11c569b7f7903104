"""What a cell of a file may hold, and what is told of one that may not."""

import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    counts,
    imported,
    rejected,
)


@pytest.mark.parametrize("days", ["00036500000", "000365999999999", "0", "36501", "-1", "１"])
def test_a_number_of_days_is_bounded_however_it_is_written(registry: Running, days: str) -> None:
    body = imported(registry, "products", f"code,name,lifetime_days\nP1,x,{days}\n")
    assert counts(body) == (0, 0, 0, 1)
    told = rejected(registry, body)[0]["errors"]
    assert told == "lifetime_days: Give a whole number of days from 1 to 36500."


def test_a_number_of_days_may_begin_with_zeros(registry: Running) -> None:
    imported(registry, "products", "code,name,lifetime_days\nP1,x,0000000030\n")
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert product["lifetime_days"] == 30


@pytest.mark.parametrize("moment", ["0001-06-01", "1899-12-31 23:00", "9999-12-31"])
def test_an_order_lies_in_a_year_that_every_door_takes(registry: Running, moment: str) -> None:
    content = f"{HEADER}\nA1,{moment},C1,P1,x,1,1,CNY\n"
    body = imported(registry, "orders", content, options=CREATE)
    assert counts(body) == (0, 0, 0, 1)
    assert rejected(registry, body)[0]["errors"] == "ordered_at: Give a year from 1900 to 9998."


def test_yes_and_no_are_told_as_the_file_may_write_them(registry: Running) -> None:
    content = "external_id,name,internal\n1,x,perhaps\n"
    body = imported(registry, "customers", content, options={"system": "erp"})
    (row,) = rejected(registry, body)
    for text in ("true", "1", "yes", "是", "false", "0", "no", "否"):
        assert text in row["errors"]


def test_a_customer_of_whose_id_stripping_leaves_nothing_is_rejected(registry: Running) -> None:
    """Somebody without an id could neither be found nor be named by another file."""
    options = {"system": "erp", "strip_suffix": ".0"}
    body = imported(registry, "customers", "external_id,name\n.0,x\n17.0,y\n", options=options)
    assert counts(body) == (1, 0, 0, 1)
    told = rejected(registry, body)[0]["errors"]
    assert told == "external_id: Give an id of which options.strip_suffix leaves something."
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert customer["external_ids"] == [{"system": "erp", "id": "17"}]


def test_a_customer_has_no_more_tags_by_file_than_by_other_doors(registry: Running) -> None:
    lines = [f"{number},x,{'a;' * number}\n" for number in (50, 51)]
    content = "external_id,name,tags\n" + "".join(lines)
    body = imported(registry, "customers", content, options={"system": "erp"})
    assert counts(body) == (1, 0, 0, 1)
    assert rejected(registry, body)[0]["errors"] == "tags: Give at most 50 words."
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert len(customer["tags"]) == 50
