"""Imports of customers, products and orders, from the request to the records."""

import csv
import io
import json
from threading import Event
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import func, select

from services.registry.transfer.imports import job_groups
from services.registry.transfer.imports.models import Import
from services.registry.worker import WORKS
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.order import OrderChanged, OrderPlaced, OrderReturned
from shared.files.models import FilePiece
from shared.http.identity import Identity
from shared.jobs.runner import Runner
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    ORDERS,
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
    run_jobs,
    start_import,
)

pytestmark = pytest.mark.both_stacks


def test_lines_of_one_order_are_gathered_over_the_whole_file(registry: Running) -> None:
    assert counts(import_file(registry, "orders", ORDERS, options=CREATE)) == Counts(created=4)
    found = orders(registry)
    assert {key: order["amount"] for key, order in found.items()} == {
        "A1": "42",
        "B1": "99",
        "RA1": "-10.5",
    }
    assert found["A1"]["ordered_at"] == "2026-01-31T14:00:00Z"
    assert found["B1"]["customer_id"] is None
    assert len(registry.recorded(OrderPlaced)) == 2
    assert len(registry.recorded(OrderReturned)) == 1
    products = registry.client.get("/v1/products").json()["items"]
    assert {p["code"]: p["name"] for p in products} == {"P1": "洗衣机 8 kg", "P2": "冰箱"}


def test_importing_the_same_file_again_changes_nothing(registry: Running) -> None:
    import_file(registry, "orders", ORDERS, options=CREATE)
    before = len(registry.recorded())
    assert counts(import_file(registry, "orders", ORDERS, options=CREATE)) == Counts(unchanged=4)
    assert len(registry.recorded()) == before


def test_a_changed_line_changes_only_its_order(registry: Running) -> None:
    import_file(registry, "orders", ORDERS, options=CREATE)
    other = ORDERS.replace("P2,冰箱,1,99", "P2,冰箱,1,98")
    finished = import_file(registry, "orders", other, options=CREATE)
    assert counts(finished) == Counts(updated=1, unchanged=3)
    (event,) = registry.recorded(OrderChanged)
    assert event.external_id.id == "B1"


def test_one_bad_line_rejects_its_whole_order_and_can_be_corrected(registry: Running) -> None:
    bad = ORDERS.replace("C1,P1,洗衣机,2,10.50,CNY\nRA1", "C1,P1,洗衣机,two,10.50,CNY\nRA1")
    body = import_file(registry, "orders", bad, options=CREATE)
    assert counts(body) == Counts(created=2, rejected=2)
    assert set(orders(registry)) == {"B1", "RA1"}
    rows = rejected_rows(registry, body)
    assert [row["errors"].partition(":")[0] for row in rows] == [
        "Line 4 of this order is rejected.",
        "quantity",
    ]
    rows[1]["quantity"] = "2"
    corrected = io.StringIO()
    writer = csv.DictWriter(corrected, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    finished = import_file(registry, "orders", corrected.getvalue(), options=CREATE)
    assert counts(finished) == Counts(created=2)
    assert orders(registry)["A1"]["amount"] == "42"


BAD_LINES = {  # line -> the beginning of its errors
    "A1,yesterday,C1,P1,x,1,1,CNY": "ordered_at",
    "A1,2026-01-31,C1,,x,1,1,CNY": "product_code",
    "A1,2026-01-31,C1,P1,x,0,1,CNY": "quantity",
    "A1,2026-01-31,C1,P1,x,1,-1,CNY": "unit_price",
    "A1,2026-01-31,C1,P1,x,1,1,RMB": "currency",
    "A1,2026-01-31,C1,=1+1,x,1,1,CNY": "product_code",
    "A1,2026-01-31,C1,P1,x,1,1": "Give 8 cells",
    ",2026-01-31,C1,P1,x,1,1,CNY": "order_id",
    "A1,2026-01-31,C1,P\x00,x,1,1,CNY": "product_code",
    "A1,2026-01-31,C1,P1,x,99999999999999999999,1,CNY": "quantity",
    f"A1,2026-01-31,C1,{'p' * 101},x,1,1,CNY": "product_code",
}


def test_the_errors_of_each_rejected_line_begin_with_its_fault(registry: Running) -> None:
    lines = [
        line.replace("A1,", f"A{index},", 1) if line.startswith("A1") else line
        for index, line in enumerate(BAD_LINES)
    ]
    content = "\n".join([HEADER, *lines])
    body = import_file(registry, "orders", content, options=CREATE)
    assert counts(body) == Counts(rejected=len(BAD_LINES))
    assert orders(registry) == {}
    errors = sorted(row["errors"] for row in rejected_rows(registry, body))
    for text, beginning in zip(errors, sorted(BAD_LINES.values()), strict=True):
        assert text.startswith(beginning), (text, beginning)


def test_orders_of_unknown_customers_are_rejected_unless_create_customers_is_set(
    registry: Running,
) -> None:
    body = import_file(registry, "orders", ORDERS, options=SHOP)
    assert counts(body) == Counts(created=1, rejected=3)
    finished = import_file(registry, "orders", ORDERS, options=CREATE)
    assert counts(finished) == Counts(created=3, unchanged=1)
    (state,) = registry.recorded(CustomerState)
    assert [(one.system, one.id) for one in state.external_ids] == [("shop", "C1")]


@pytest.mark.parametrize(
    ("mode", "first", "then"),
    [
        ("insert", (4, 0, 0, 0), (0, 0, 0, 4)),
        ("update", (0, 0, 0, 4), (0, 0, 0, 4)),
    ],
)
def test_insert_rejects_existing_orders_and_update_rejects_new_ones(
    registry: Running, mode: str, first: tuple[int, ...], then: tuple[int, ...]
) -> None:
    options = CREATE | {"mode": mode}
    assert counts(import_file(registry, "orders", ORDERS, options=options)) == first
    assert counts(import_file(registry, "orders", ORDERS, options=options)) == then


def test_a_dry_run_counts_and_changes_nothing(registry: Running) -> None:
    body = import_file(registry, "orders", ORDERS, options=CREATE, dry_run="true")
    assert counts(body) == Counts(created=4)
    assert registry.recorded() == []
    assert orders(registry) == {}


def test_mapping_timezone_prefix_and_suffix_are_applied(registry: Running) -> None:
    content = (
        "InvoiceNo,InvoiceDate,CustomerID,StockCode,Quantity,UnitPrice,Country\n"
        "C536379,2010-12-01 00:30:00,17850.0,85123A,3,2.55,UK\n"
    )
    mapping = {
        "InvoiceNo": "order_id",
        "InvoiceDate": "ordered_at",
        "CustomerID": "customer_external_id",
        "StockCode": "product_code",
        "Quantity": "quantity",
        "UnitPrice": "unit_price",
    }
    options = CREATE | {
        "currency": "GBP",
        "timezone": "Europe/London",
        "return_prefix": "C",
        "strip_suffix": ".0",
    }
    body = import_file(registry, "orders", content, mapping=mapping, options=options)
    assert (counts(body), body["ignored_columns"]) == (Counts(created=1), ["Country"])
    order = orders(registry)["C536379"]
    assert (order["amount"], order["currency"], order["occurred_on"]) == (
        "-7.65",
        "GBP",
        "2010-12-01",
    )
    found = registry.client.get("/v1/customers", params={"external_id": "shop:17850"}).json()
    assert len(found["items"]) == 1


def test_a_workbook_is_imported_like_the_same_csv(registry: Running) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in csv.reader(ORDERS.splitlines()):
        book.worksheets[0].append([float(one) if one.isdecimal() else one for one in row])
    book.save(file)
    finished = import_file(registry, "orders", file.getvalue(), options=CREATE)
    assert counts(finished) == Counts(created=4)
    assert counts(import_file(registry, "orders", ORDERS, options=CREATE)) == Counts(unchanged=4)


def test_separators_and_quotes_inside_a_cell_do_not_shift_other_cells(registry: Running) -> None:
    content = f'{HEADER}\nA1,2026-01-31,C1,P1,a\x1fb\x1e\u2028",2,10.50,CNY\n'
    assert counts(import_file(registry, "orders", content, options=CREATE)) == Counts(created=1)
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert product["name"] == 'a\x1fb\x1e\u2028"'
    assert orders(registry)["A1"]["amount"] == "21"


@pytest.mark.parametrize("bad", ["=1+1", "x" * 201, "a\x00b"])
def test_an_invalid_product_name_does_not_rename_the_product(registry: Running, bad: str) -> None:
    content = ORDERS + f"Z1,2026-02-04,C1,P1,{bad},1,1,CNY\n"
    finished = import_file(registry, "orders", content, options=CREATE)
    assert counts(finished) == Counts(created=4, rejected=1)
    products = registry.client.get("/v1/products").json()["items"]
    assert {one["code"]: one["name"] for one in products} == {"P1": "洗衣机 8 kg", "P2": "冰箱"}


def test_a_rejected_line_does_not_rename_its_product(registry: Running) -> None:
    content = ORDERS + "Z1,2026-02-04,C1,P1,烘干机,x,1,CNY\n"
    finished = import_file(registry, "orders", content, options=CREATE)
    assert counts(finished) == Counts(created=4, rejected=1)
    products = registry.client.get("/v1/products").json()["items"]
    assert {one["code"]: one["name"] for one in products} == {"P1": "洗衣机 8 kg", "P2": "冰箱"}


def test_customers_are_created_once_and_changed_by_their_external_id(registry: Running) -> None:
    content = (
        "external_id,name,kind,nature,city,tags\n"
        "1,华东百货,organisation,retailer,上海,vip;east\n2,王强,person,retailer,北京,\n3,李梅,,,,\n"
    )
    body = import_file(registry, "customers", content, options={"system": "erp"})
    assert counts(body) == Counts(created=2, rejected=1)
    assert rejected_rows(registry, body)[0]["external_id"] == "2"
    again = content.replace("上海", "苏州").replace("person,retailer", "person,household")
    finished = import_file(registry, "customers", again, options={"system": "erp"})
    assert counts(finished) == Counts(created=1, updated=1, unchanged=1)


def test_products_are_created_once_and_changed_by_their_code(registry: Running) -> None:
    content = "code,name,category,unit_price\nP1,洗衣机,家电,99\nP2,冰箱,家电,-1\n"
    assert counts(import_file(registry, "products", content)) == Counts(created=1, rejected=1)
    again = content.replace("洗衣机", "烘干机").replace("-1", "1")
    assert counts(import_file(registry, "products", again)) == Counts(created=1, updated=1)


def test_fields_that_a_file_lacks_stay_as_they_were(registry: Running) -> None:
    """A file from another system may not have the columns owner, disqualified or price."""
    full = (
        "external_id,name,kind,nature,owner,team,disqualified\n"
        "1,王强,person,household,li.na,east,是\n"
    )
    import_file(registry, "customers", full, options={"system": "erp"})
    phones = "external_id,name,phone,owner\n1,王强,021 5555,\n1,王强,021 6666,\n"
    finished = import_file(registry, "customers", phones, options={"system": "erp"})
    assert counts(finished) == Counts(updated=2)
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    names = ("kind", "nature", "owner", "team", "disqualified", "phone")
    assert [customer[name] for name in names] == [
        *("person", "household", user("li.na"), team("east"), True, "021 6666")
    ]
    import_file(registry, "products", "code,name,unit_price,lifetime_days\nP1,洗衣机,99,3650\n")
    import_file(registry, "products", "code,name\nP1,烘干机\n")
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert (product["name"], product["unit_price"], product["currency"]) == ("烘干机", "99", "CNY")
    assert product["lifetime_days"] == 3650


BAD_REQUESTS: list[tuple[dict[str, Any], str]] = [  # changed parts of the form, pointer
    ({"entity": "robots"}, "/entity"),
    ({"mapping": ["quantity"]}, "/mapping"),
    ({"mapping": {"nowhere": "quantity"}}, "/mapping/nowhere"),
    ({"mapping": {"quantity": "colour"}}, "/mapping/quantity"),
    ({"mapping": {"product_name": "product_code"}}, "/mapping"),
    ({"options": {"colour": "red"}}, "/options/colour"),
    ({"options": {"timezone": "Mars/Olympus"}}, "/options/timezone"),
    ({"options": {"currency": "ZZZ"}}, "/options/currency"),
    ({"options": {"encoding": "utf-7"}}, "/options/encoding"),
    ({"colour": "red"}, "/colour"),
]


@pytest.mark.parametrize(("form", "pointer"), BAD_REQUESTS)
def test_a_bad_request_is_refused_at_once(
    client: httpx.Client, form: dict[str, Any], pointer: str
) -> None:
    form |= {"options": SHOP | form.get("options", {})}
    answer = start_import(client, **{"entity": "orders", "content": ORDERS} | form)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert client.get("/v1/imports").json()["items"] == []


@pytest.mark.parametrize("twice", ["file", "options", "mapping", "dry_run", "entity"])
def test_a_form_with_a_repeated_part_is_refused(client: httpx.Client, twice: str) -> None:
    form = {"entity": "orders", "options": json.dumps(SHOP), "mapping": "{}", "dry_run": "true"}
    parts: list[tuple[str, tuple[str | None, str]]] = [("file", ("file.csv", ORDERS))]
    parts += [(name, (None, value)) for name, value in form.items()]
    again = next(part for part in parts if part[0] == twice)
    answer = client.post("/v1/imports", files=[*parts, again])
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/{twice}", "repeated")
    assert fault["message"] == "Send it once."
    assert client.post("/v1/imports", files=parts).status_code == 202


@pytest.mark.parametrize(
    "content", [b"", b"order_id,quantity\n1,2\n", b"PK\x03\x04", b"\xff\xfe\x00"]
)
def test_an_unreadable_file_or_header_is_refused_at_once(
    client: httpx.Client, content: bytes
) -> None:
    answer = start_import(client, "orders", content, options=SHOP)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/file"


def test_a_file_with_an_unreadable_later_line_fails_and_changes_nothing(registry: Running) -> None:
    many = ORDERS.splitlines()[1].encode() + b"\n"
    content = ORDERS.encode() + many * 3000 + b"Z9,2026-01-31,,P\xff\xfe,x,1,1,CNY\n"
    body = import_file(registry, "orders", content, options={"encoding": "utf-8"} | CREATE)
    assert (body["state"], body["failure"]["code"]) == ("failed", "encoding")
    assert registry.recorded() == []


def test_no_customer_of_a_file_with_an_unreadable_later_line_is_imported(registry: Running) -> None:
    lines = "".join(f"{n},c{n}\n" for n in range(20_000)).encode()
    content = b"external_id,name\n" + lines + b"x,\xff\xfe\n"
    body = import_file(registry, "customers", content, options={"encoding": "utf-8"} | SHOP)
    assert (body["state"], body["processed"]) == ("failed", 0)
    assert registry.recorded() == []


def test_a_second_worker_goes_on_where_the_first_was_killed(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_groups, "CHUNK_GROUPS", 1)
    answer = start_import(registry.client, "orders", ORDERS, options=CREATE)
    stop = Event()
    runner = Runner(registry.database, WORKS)
    monkeypatch.setattr(runner, "beat", stop.set)
    runner._run_unfinished(Import, stop)
    part = registry.client.get(answer.headers["Location"]).json()
    assert part["state"] == "running"
    assert part["processed"] < 4
    run_jobs(registry)
    assert counts(registry.client.get(answer.headers["Location"]).json()) == Counts(created=4)
    assert len(registry.recorded(OrderPlaced, OrderReturned)) == 3


def test_a_queued_import_can_be_cancelled(registry: Running) -> None:
    location = start_import(registry.client, "orders", ORDERS, options=CREATE).headers["Location"]
    assert registry.client.post(f"{location}/cancel").json()["state"] == "cancelled"
    run_jobs(registry)
    assert orders(registry) == {}


def test_only_a_key_that_sees_all_rows_can_start_an_import(registry: Running) -> None:
    writer = Identity("li.na", "", frozenset({"read", "write"}), Rows.OWN)
    with registry.as_caller(writer) as client:
        assert start_import(client, "orders", ORDERS, options=SHOP).status_code == 403


def test_imports_and_their_lines_are_visible_only_to_keys_that_see_all(registry: Running) -> None:
    """Promise P7: a file and its rejected lines may contain customers of any owner."""
    body = import_file(registry, "orders", ORDERS, options=SHOP)
    assert rejected_rows(registry, body)
    for rows in (Rows.OWN, Rows.TEAM):
        with registry.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
            one = f"/v1/imports/{body['id']}"
            answers = [client.get(path) for path in ("/v1/imports", one, body["errors_url"])]
            answers.append(client.post(f"{one}/cancel"))
            assert [answer.status_code for answer in answers] == [403] * 4


def test_the_system_of_a_file_has_no_colon(client: httpx.Client) -> None:
    refused = start_import(client, "orders", ORDERS, options={"system": "a:b"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "colon")
    assert refused.json()["errors"][0]["pointer"] == "/options/system"


def test_an_import_with_an_idempotency_key_is_started_once(client: httpx.Client) -> None:
    client.headers["Idempotency-Key"] = "file-1"
    first, second = (start_import(client, "orders", ORDERS, options=SHOP) for _ in range(2))
    same_length = start_import(client, "orders", ORDERS.replace("99", "98"), options=SHOP)
    other = start_import(client, "products", "code,name\n1,x\n")
    del client.headers["Idempotency-Key"]
    assert first.json() == second.json()
    assert [answer.status_code for answer in (same_length, other)] == [422, 422]
    assert len(client.get("/v1/imports").json()["items"]) == 1


@pytest.mark.parametrize("content", [ORDERS.encode(), ORDERS.encode() * 400 + b"Z9,\xff\xfe"])
def test_the_stored_file_is_deleted_when_its_import_ends(registry: Running, content: bytes) -> None:
    answer = start_import(registry.client, "orders", content, options={"encoding": "utf-8"} | SHOP)
    assert answer.status_code == 202, answer.text
    with registry.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FilePiece)) == 1
    run_jobs(registry)
    with registry.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(FilePiece)) == 0
