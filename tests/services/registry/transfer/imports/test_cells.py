"""Limits of cells in imported files, and the errors of cells beyond them."""

import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
)


@pytest.mark.parametrize(
    "days", ["00036500000", "000365999999999", "0", "36501", "-1", "３６５０１"]
)
def test_a_number_of_days_is_bounded_however_it_is_written(registry: Running, days: str) -> None:
    body = import_file(registry, "products", f"code,name,lifetime_days\nP1,x,{days}\n")
    assert counts(body) == Counts(rejected=1)
    errors = rejected_rows(registry, body)[0]["errors"]
    assert errors == "lifetime_days: Give a whole number of days from 1 to 36500."


def test_a_number_of_days_may_begin_with_zeros(registry: Running) -> None:
    import_file(registry, "products", "code,name,lifetime_days\nP1,x,0000000030\n")
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert product["lifetime_days"] == 30


@pytest.mark.parametrize("moment", ["0001-06-01", "1899-12-31 23:00", "9999-12-31"])
def test_a_time_of_an_order_outside_the_supported_years_is_rejected(
    registry: Running, moment: str
) -> None:
    content = f"{HEADER}\nA1,{moment},C1,P1,x,1,1,CNY\n"
    body = import_file(registry, "orders", content, options=CREATE)
    assert counts(body) == Counts(rejected=1)
    assert rejected_rows(registry, body)[0]["errors"] == (
        "ordered_at: The value is outside the range that is allowed here. "
        "Give a value from 1900-01-01 to 9998-12-31."
    )


def test_the_message_about_a_flag_lists_all_its_spellings(registry: Running) -> None:
    content = "external_id,name,internal\n1,x,perhaps\n"
    body = import_file(registry, "customers", content, options={"system": "erp"})
    (row,) = rejected_rows(registry, body)
    for text in ("true", "1", "yes", "是", "false", "0", "no", "否"):
        assert text in row["errors"]


def test_a_customer_whose_id_is_only_the_suffix_is_rejected(registry: Running) -> None:
    """A customer with an empty id could never be found again."""
    options = {"system": "erp", "strip_suffix": ".0"}
    body = import_file(registry, "customers", "external_id,name\n.0,x\n17.0,y\n", options=options)
    assert counts(body) == Counts(created=1, rejected=1)
    errors = rejected_rows(registry, body)[0]["errors"]
    assert errors == (
        "external_id: Nothing is left of the id without its suffix. "
        "Give an id that is longer than options.strip_suffix."
    )
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert customer["external_ids"] == [{"system": "erp", "id": "17"}]


def test_a_customer_in_a_file_may_have_as_many_tags_as_in_a_request(registry: Running) -> None:
    tags = {count: ";".join(f"tag {number}" for number in range(count)) for count in (50, 51)}
    lines = [f"{count},x,{text}\n" for count, text in tags.items()]
    content = "external_id,name,tags\n" + "".join(lines)
    body = import_file(registry, "customers", content, options={"system": "erp"})
    assert counts(body) == Counts(created=1, rejected=1)
    assert rejected_rows(registry, body)[0]["errors"] == "tags: Give at most 50 words."
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert len(customer["tags"]) == 50


def test_days_may_be_written_with_slashes_as_chinese_spreadsheets_do(registry: Running) -> None:
    content = f"{HEADER},promised_on\nA1,2026/2/1 0:30,C1,P1,x,2,10.50,CNY,2026/2/20\n"
    assert counts(import_file(registry, "orders", content, options=CREATE)) == Counts(created=1)
    order = orders(registry)["A1"]
    assert (order["occurred_on"], order["promised_on"]) == ("2026-02-01", "2026-02-20")
