"""The file of errors: what it says, and that it can be mended and sent again as it is."""

from typing import Any

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    counts,
    imported,
    orders,
    rejected,
    started,
    work,
)

NAMES = {"编号": "code", "品名": "name", "单价": "unit_price", "周期": "lifetime_days"}
HEADER = ",".join(NAMES)


def told(registry: Running, content: str, **form: Any) -> list[dict[str, str]]:
    return rejected(registry, imported(registry, "products", content, mapping=NAMES, **form))


def test_errors_of_a_gbk_file_are_mended_and_sent_with_the_same_options(registry: Running) -> None:
    """The file of errors is UTF-8 with a byte order mark, which says more than `encoding`."""
    form: dict[str, Any] = {"mapping": NAMES, "options": {"encoding": "gbk"}}
    content = f"{HEADER}\nP1,洗衣机,99,\nP2,冰箱,九十,\n".encode("gbk")
    body = imported(registry, "products", content, **form)
    assert counts(body) == (1, 0, 0, 1)
    mended = registry.client.get(body["errors_url"]).content.replace("九十".encode(), b"90")
    assert counts(imported(registry, "products", mended, **form)) == (1, 0, 0, 0)


def test_errors_name_the_columns_of_the_file_and_what_they_mean(registry: Running) -> None:
    (row,) = told(registry, f"{HEADER}\n,洗衣机,-1,x\n")
    assert row["errors"] == (
        "编号 (code): Give a value; 单价 (unit_price): Give a price of 0 or more; "
        "周期 (lifetime_days): Give a whole number of days from 1 to 36500."
    )


def test_what_contradicts_itself_is_told_by_the_columns_of_the_file(registry: Running) -> None:
    content = "external_id,name,类别,客户性质\n1,王强,person,retailer\n"
    form = {"mapping": {"类别": "kind", "客户性质": "nature"}, "options": {"system": "erp"}}
    (row,) = rejected(registry, imported(registry, "customers", content, **form))
    assert row["errors"].startswith("客户性质 (nature): Persons are")


def test_errors_of_orders_name_the_columns_of_the_file(registry: Running) -> None:
    header = "单号,ordered_at,product_code,数量,unit_price"
    content = f"{header}\nA1,2026-01-31,P1,0,1\n"
    form = {"mapping": {"单号": "order_id", "数量": "quantity"}, "options": {"system": "erp"}}
    (row,) = rejected(registry, imported(registry, "orders", content, **form))
    assert row["errors"].startswith("数量 (quantity): Give a quantity other than 0")


def test_errors_say_which_lines_of_the_first_file_they_are(registry: Running) -> None:
    content = f"{HEADER}\nP1,x,1,\n,y,1,\nP2,z,-1,\n"
    body = imported(registry, "products", content, mapping=NAMES)
    assert [row["line no."] for row in rejected(registry, body)] == ["3", "4"]
    again = registry.client.get(body["errors_url"]).content.replace(b",-1,", b",1,")
    second = imported(registry, "products", again, mapping=NAMES)
    assert counts(second) == (1, 0, 0, 1)
    assert second["ignored_columns"] == ["line no.", "errors"]
    (row,) = rejected(registry, second)
    assert list(row) == [*NAMES, "line no.", "errors"]
    assert row["line no."] == "2"


def test_a_column_of_the_files_own_is_not_covered_by_the_number_of_the_line(
    registry: Running,
) -> None:
    mapping = {"line no.": "code"}
    body = imported(registry, "products", "line no.,name\n,x\n", mapping=mapping)
    assert list(rejected(registry, body)[0]) == ["line no.", "name", "errors"]


def test_no_cell_of_the_errors_is_computed_by_a_spreadsheet(registry: Running) -> None:
    """An apostrophe makes it text; sent again as it is, the cell is a formula still."""
    (row,) = told(registry, f'{HEADER}\nP1,"=HYPERLINK(""x"")",1,\n')
    assert row["品名"] == '\'=HYPERLINK("x")'
    again = f'{HEADER}\nP1,"\'=HYPERLINK(""x"")",1,\n'
    (second,) = told(registry, again)
    assert (second["品名"], second["errors"]) == (row["品名"], row["errors"])
    assert second["errors"] == "品名 (name): Give the value, not a formula."


def test_an_id_of_any_length_leaves_the_import_going(registry: Running) -> None:
    """How far an import is does not hang on what the file says."""
    lines = [f"{key},2026-01-31,P1,1,1" for key in ("a" * 900, "a" * 900 + "\x00", "A1")]
    content = "\n".join(["order_id,ordered_at,product_code,quantity,unit_price", *lines])
    answer = started(registry.client, "orders", content, options={"system": "erp"})
    work(registry)
    assert counts(registry.client.get(answer.headers["Location"]).json()) == (1, 0, 0, 2)
    assert set(orders(registry)) == {"A1"}
