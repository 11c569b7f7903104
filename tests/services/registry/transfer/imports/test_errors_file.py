"""The file of errors: its columns and messages, and importing it again after a correction."""

import csv
from typing import Any

from sqlalchemy import update

from services.registry.transfer.imports.models import Rejection
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
    run_jobs,
    start_import,
)

NAMES = {"编号": "code", "品名": "name", "单价": "unit_price", "周期": "lifetime_days"}
HEADER = ",".join(NAMES)


def errors_of(registry: Running, content: str, **form: Any) -> list[dict[str, str]]:
    """Import a file of products with Chinese column names; return its file of errors."""
    return rejected_rows(
        registry, import_file(registry, "products", content, mapping=NAMES, **form)
    )


def test_errors_of_a_gbk_file_can_be_corrected_and_sent_with_the_same_options(
    registry: Running,
) -> None:
    """The byte order mark of the file of errors has priority over the option `encoding`."""
    form: dict[str, Any] = {"mapping": NAMES, "options": {"encoding": "gbk"}}
    content = f"{HEADER}\nP1,洗衣机,99,\nP2,冰箱,九十,\n".encode("gbk")
    body = import_file(registry, "products", content, **form)
    assert counts(body) == Counts(created=1, rejected=1)
    corrected = registry.client.get(body["errors_url"]).content.replace("九十".encode(), b"90")
    assert counts(import_file(registry, "products", corrected, **form)) == Counts(created=1)


def test_errors_name_the_columns_of_the_file_and_their_fields(registry: Running) -> None:
    (row,) = errors_of(registry, f"{HEADER}\n,洗衣机,-1,x\n")
    assert row["errors"] == (
        "编号 (code): Give a value; 单价 (unit_price): Give a price of 0 or more; "
        "周期 (lifetime_days): Give a whole number of days from 1 to 36500."
    )


def test_a_contradiction_names_the_column_of_the_file(registry: Running) -> None:
    content = "external_id,name,类别,客户性质\n1,王强,person,retailer\n"
    form = {"mapping": {"类别": "kind", "客户性质": "nature"}, "options": {"system": "erp"}}
    (row,) = rejected_rows(registry, import_file(registry, "customers", content, **form))
    assert row["errors"].startswith("客户性质 (nature): Persons are")


def test_a_bad_address_and_number_name_their_columns_and_other_lines_are_imported(
    registry: Running,
) -> None:
    content = (
        "external_id,name,邮箱,电话,country\n"
        "1,王强,buyer,021 5555 0100,\n"
        "2,王强,buyer@example.com,020-88888888/020-99999999,\n"
        "3,王强,Buyer@Example.COM,030 123456,DE\n"
        "4,王强,,(212) 555-0100,\n"
    )
    form = {
        "mapping": {"邮箱": "email", "电话": "phone"},
        "options": {"system": "erp", "country": "US"},
    }
    body = import_file(registry, "customers", content, **form)
    assert counts(body) == Counts(created=2, rejected=2)
    no_address, no_number = (row["errors"] for row in rejected_rows(registry, body))
    assert no_address.startswith("邮箱 (email): This is not an e-mail address. Give one")
    assert no_number.startswith("电话 (phone): This is not a phone number. Give one")
    stored = registry.client.get("/v1/customers").json()["items"]
    assert [(each["email"], each["phone_e164"]) for each in stored] == [
        ("Buyer@example.com", "+4930123456"),
        (None, "+12125550100"),
    ]


def test_errors_of_orders_name_the_columns_of_the_file(registry: Running) -> None:
    header = "单号,ordered_at,product_code,数量,unit_price"
    content = f"{header}\nA1,2026-01-31,P1,0,1\n"
    form = {"mapping": {"单号": "order_id", "数量": "quantity"}, "options": {"system": "erp"}}
    (row,) = rejected_rows(registry, import_file(registry, "orders", content, **form))
    assert row["errors"].startswith("数量 (quantity): The quantity is 0.")


def test_the_errors_file_has_the_line_numbers_of_the_sent_file(registry: Running) -> None:
    content = f"{HEADER}\nP1,x,1,\n,y,1,\nP2,z,-1,\n"
    body = import_file(registry, "products", content, mapping=NAMES)
    assert [row["line no."] for row in rejected_rows(registry, body)] == ["3", "4"]
    again = registry.client.get(body["errors_url"]).content.replace(b",-1,", b",1,")
    second = import_file(registry, "products", again, mapping=NAMES)
    assert counts(second) == Counts(created=1, rejected=1)
    assert second["ignored_columns"] == ["line no.", "errors", "error codes"]
    (row,) = rejected_rows(registry, second)
    assert list(row) == ["line no.", "errors", "error codes", *NAMES]
    assert row["line no."] == "2"


CUSTOMERS = "external_id,name,city"
LONG, SHORT = "S1,华东,百货,上海", "S2,华东"


def sent_lines(registry: Running, body: dict[str, Any]) -> list[str]:
    """Return the lines in the file of errors of an import, without the columns that it adds."""
    text = registry.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return [",".join(cells[3:]) for cells in csv.reader(text.splitlines())]


def test_lines_with_too_many_or_too_few_cells_lose_none_and_stay_invalid_when_sent_unchanged(
    registry: Running,
) -> None:
    body = import_file(registry, "customers", f"{CUSTOMERS}\n{LONG}\n{SHORT}\n", options=SHOP)
    for _ in range(3):
        assert counts(body) == Counts(rejected=2)
        assert sent_lines(registry, body) == [CUSTOMERS, LONG, SHORT]
        unchanged = registry.client.get(body["errors_url"]).content
        body = import_file(registry, "customers", unchanged, options=SHOP)
    corrected = unchanged.replace("华东,百货".encode(), "华东百货".encode())
    corrected = corrected.replace(SHORT.encode(), f"{SHORT},".encode())
    assert counts(import_file(registry, "customers", corrected, options=SHOP)) == Counts(created=2)
    stored = registry.client.get("/v1/customers").json()["items"]
    assert {each["name"]: each["city"] for each in stored} == {"华东百货": "上海", "华东": None}


def test_a_surplus_cell_stays_invalid_when_a_spreadsheet_has_saved_the_file_of_errors(
    registry: Running,
) -> None:
    """A spreadsheet saves all lines with as many cells as the longest one, the header too."""
    body = import_file(registry, "customers", f"{CUSTOMERS}\n{LONG}\n", options=SHOP)
    header, line = registry.client.get(body["errors_url"]).text.splitlines()
    again = import_file(registry, "customers", f"{header},\r\n{line}\r\n", options=SHOP)
    assert counts(again) == Counts(rejected=1)
    assert sent_lines(registry, again) == [CUSTOMERS, LONG]


def test_a_cut_line_that_an_earlier_release_has_rejected_stays_invalid(registry: Running) -> None:
    body = import_file(registry, "customers", f"{CUSTOMERS}\n{LONG}\n", options=SHOP)
    with registry.database.transaction() as session:
        session.execute(update(Rejection).values(cells=["S1", "华东", "百货"]))
    unchanged = registry.client.get(body["errors_url"]).content
    again = import_file(registry, "customers", unchanged, options=SHOP)
    assert counts(again) == Counts(rejected=1)


def test_the_last_columns_of_an_earlier_file_of_errors_take_no_cell_of_a_long_line(
    registry: Running,
) -> None:
    """An earlier release wrote its own columns at the end."""
    content = f"{CUSTOMERS},line no.,errors,error codes\n{LONG},2,ragged.,ragged\n,x,,3,x,y\n"
    body = import_file(registry, "customers", content, options=SHOP)
    assert sent_lines(registry, body) == [CUSTOMERS, f"{LONG},2,ragged.,ragged", ",x,"]


def test_a_mapped_column_named_line_no_is_not_replaced_by_the_line_number(
    registry: Running,
) -> None:
    mapping = {"line no.": "code"}
    body = import_file(registry, "products", "line no.,name\n,x\n", mapping=mapping)
    assert list(rejected_rows(registry, body)[0]) == ["errors", "error codes", "line no.", "name"]


def test_the_codes_of_the_errors_of_a_line_are_in_a_column_for_programs(
    registry: Running,
) -> None:
    body = import_file(registry, "products", f"{HEADER}\n,洗衣机,-1,x\nP1,冰箱,x,\n", mapping=NAMES)
    assert [row["error codes"].split(";") for row in rejected_rows(registry, body)] == [
        ["required", "too_small", "out_of_range"],
        ["exact_string"],
    ]


def test_lines_that_an_earlier_release_has_rejected_have_no_codes(registry: Running) -> None:
    body = import_file(registry, "products", f"{HEADER}\n,x,,\n", mapping=NAMES)
    with registry.database.transaction() as session:
        session.execute(update(Rejection).values(coded_faults=None))
    (row,) = rejected_rows(registry, body)
    assert (row["errors"], row["error codes"]) == ("编号 (code): Give a value.", "")


def test_a_column_of_errors_that_is_mapped_to_null_is_replaced(registry: Running) -> None:
    form = {"mapping": {"errors": None}}
    body = import_file(registry, "products", "code,name,errors\n,x,old\n", **form)
    assert rejected_rows(registry, body) == [
        {
            "code": "",
            "name": "x",
            "line no.": "2",
            "errors": "code: Give a value.",
            "error codes": "required",
        }
    ]


def test_formulas_in_the_errors_file_are_escaped(registry: Running) -> None:
    """An apostrophe is put before a formula; a cell with the apostrophe is rejected again."""
    (row,) = errors_of(registry, f'{HEADER}\nP1,"=HYPERLINK(""x"")",1,\n')
    assert row["品名"] == '\'=HYPERLINK("x")'
    again = f'{HEADER}\nP1,"\'=HYPERLINK(""x"")",1,\n'
    (second,) = errors_of(registry, again)
    assert (second["品名"], second["errors"]) == (row["品名"], row["errors"])
    assert second["errors"] == "品名 (name): Give the value, not a formula."


def test_an_order_id_of_any_length_does_not_stop_the_import(registry: Running) -> None:
    """The stored progress is a number of lines, so it does not depend on ids in the file."""
    lines = [f"{key},2026-01-31,P1,1,1" for key in ("a" * 900, "a" * 900 + "\x00", "A1")]
    content = "\n".join(["order_id,ordered_at,product_code,quantity,unit_price", *lines])
    answer = start_import(registry.client, "orders", content, options={"system": "erp"})
    run_jobs(registry)
    finished = registry.client.get(answer.headers["Location"]).json()
    assert counts(finished) == Counts(created=1, rejected=2)
    assert set(orders(registry)) == {"A1"}
