"""The list of rejected lines: the code and the parameters of each fault."""

from typing import Any

import pytest
from sqlalchemy import update

import services.registry
from services.registry.transfer.imports.models import Rejection
from shared.faults import EXACT_STRING
from tests.services.catalogue import chinese
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import CREATE, HEADER, SHOP, import_file

pytestmark = pytest.mark.both_stacks

NAMES = {"编号": "code", "品名": "name", "单价": "unit_price", "周期": "lifetime_days"}


def rejections(registry: Running, body: dict[str, Any], **params: Any) -> dict[str, Any]:
    """Return a page of the rejected lines of an import."""
    answer = registry.client.get(f"/v1/imports/{body['id']}/rejections", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_a_front_end_shows_both_faults_of_a_rejected_line_in_chinese(registry: Running) -> None:
    content = f"{','.join(NAMES)}\nP1,洗衣机,99,\n{'P' * 101},冰箱,九十,\n"
    page = rejections(registry, import_file(registry, "products", content, mapping=NAMES))
    assert page["next"] is None
    (line,) = page["items"]
    assert line["line"] == 3
    assert [(each["pointer"], each["column"]) for each in line["faults"]] == [
        ("/code", "编号"),
        ("/unit_price", "单价"),
    ]
    assert line["faults"][0]["message"] == "Give at most 100 characters."
    assert [chinese(each, services.registry) for each in line["faults"]] == [
        "内容过长。最多 100 个字符或条目。",
        f"{EXACT_STRING.title.zh}{EXACT_STRING.advice.zh}",
    ]


def test_a_rejected_line_has_the_text_of_each_of_its_cells(registry: Running) -> None:
    content = "external_id,姓名,note,city\n1, ,x,=a\n2,华东,,苏州,surplus,\n3,华东\n"
    form = {"mapping": {"姓名": "name"}, "options": SHOP}
    page = rejections(registry, import_file(registry, "customers", content, **form))
    values = [
        [(each["column"], each["value"]) for each in line["values"]] for line in page["items"]
    ]
    columns = ["external_id", "姓名", "note", "city"]
    assert values == [
        list(zip(columns, ["1", " ", "x", "=a"], strict=True)),
        [
            *zip(columns, ["2", "华东", "", "苏州"], strict=True),
            (None, "surplus"),
            (None, ""),
        ],
        list(zip(columns, ["3", "华东", None, None], strict=True)),
    ]


def faults_of_lines(registry: Running, body: dict[str, Any]) -> dict[int, list[tuple[str, str]]]:
    """Return the pointers and codes of the faults of each rejected line, by its number."""
    return {
        line["line"]: [(each["pointer"], each["code"]) for each in line["faults"]]
        for line in rejections(registry, body)["items"]
    }


def test_all_wrong_cells_of_a_customer_are_reported_at_once(registry: Running) -> None:
    content = (
        "external_id,name,kind,nature,ownership,邮箱,phone,country\n"
        "1,王强,person,retailer,state,buyer,nobody,XX\n"
    )
    form = {"mapping": {"邮箱": "email"}, "options": SHOP}
    ((line),) = rejections(registry, import_file(registry, "customers", content, **form))["items"]
    assert [(each["column"], each["code"], each["params"]) for each in line["faults"]] == [
        ("邮箱", "email", {}),
        ("country", "country", {}),
        ("nature", "contradiction", {"field": "kind"}),
        ("ownership", "contradiction", {"field": "kind"}),
        ("phone", "phone", {}),
    ]
    assert all(each["message"] for each in line["faults"])


def test_a_wrong_cell_contradicts_nothing_and_stored_values_do(registry: Running) -> None:
    stored = "external_id,name,kind,nature,country\n1,王强,person,,\n2,华东,,retailer,DE\n"
    import_file(registry, "customers", stored, options=SHOP)
    content = (
        "external_id,name,kind,nature,retail_format,email,phone,country\n"
        "1,王强,,retailer,,buyer,,\n"
        "1,王强,robot,retailer,,,,\n"
        "2,华东,,,supermarket,buyer,030 123456,\n"
        "3,,,shop,supermarket,,030 123456,Germany\n"
    )
    assert faults_of_lines(registry, import_file(registry, "customers", content, options=SHOP)) == {
        2: [("/email", "email"), ("/nature", "contradiction")],
        3: [("/kind", "not_one_of")],
        4: [("/email", "email")],
        5: [("/name", "required"), ("/nature", "not_one_of"), ("/country", "country")],
    }


def test_a_line_whose_customer_is_not_found_contradicts_only_itself(registry: Running) -> None:
    content = (
        "external_id,name,kind,nature,retail_format,email,phone\n"
        ".0,王强,person,retailer,,buyer,nobody\n"
        ",华东,,,supermarket,,1234\n"
        ",华东,,government,supermarket,,\n"
    )
    options = SHOP | {"strip_suffix": ".0"}
    assert faults_of_lines(
        registry, import_file(registry, "customers", content, options=options)
    ) == {
        2: [
            ("/email", "email"),
            ("/external_id", "empty_id"),
            ("/nature", "contradiction"),
            ("/phone", "phone"),
        ],
        3: [("/external_id", "required")],
        4: [("/external_id", "required"), ("/retail_format", "contradiction")],
    }


def test_a_line_that_its_mode_rejects_is_reported_with_its_other_faults(registry: Running) -> None:
    import_file(registry, "customers", "external_id,name\n1,华东\n", options=SHOP)
    content = (
        "external_id,name,retail_format,email,phone\n"
        "1,,supermarket,buyer,nobody\n"
        "2,苏宁,supermarket,buyer,nobody\n"
    )
    email, phone = ("/email", "email"), ("/phone", "phone")
    contradiction = ("/retail_format", "contradiction")
    for mode, line_1, line_2 in (
        ("insert", [email, ("", "record_exists"), phone], [email, contradiction, phone]),
        ("update", [email, contradiction, phone], [email, ("", "record_missing"), phone]),
    ):
        options = SHOP | {"mode": mode}
        body = import_file(registry, "customers", content, options=options)
        assert faults_of_lines(registry, body) == {2: [("/name", "required"), *line_1], 3: line_2}
    body = import_file(
        registry, "products", "code,name,unit_price\nP1,,x\n", options={"mode": "update"}
    )
    assert faults_of_lines(registry, body) == {
        2: [("/name", "required"), ("/unit_price", "exact_string"), ("", "record_missing")]
    }


def test_a_cell_of_any_length_rejects_only_its_line(registry: Running) -> None:
    content = f"code,name\nP1,{'x' * 200_000}\nP2,b\n"
    body = import_file(registry, "products", content)
    assert (body["created"], body["rejected"]) == (1, 1)
    assert faults_of_lines(registry, body) == {2: [("/name", "too_long")]}


def test_values_of_a_line_with_too_many_cells_are_not_compared(registry: Running) -> None:
    content = "external_id,name,kind,nature,phone\n1,a,person,retailer,nothing,x\n"
    body = import_file(registry, "customers", content, options=SHOP | {"mode": "update"})
    assert faults_of_lines(registry, body) == {2: [("", "ragged")]}


def test_a_rejected_line_changes_no_later_line_of_its_customer(registry: Running) -> None:
    content = "external_id,name,nature,retail_format,email\n1,a,retailer,,x\n1,b,,supermarket,\n"
    body = import_file(registry, "customers", content, options=SHOP)
    assert faults_of_lines(registry, body) == {
        2: [("/email", "email")],
        3: [("/retail_format", "contradiction")],
    }


def test_a_fault_of_a_whole_line_has_neither_pointer_nor_column(registry: Running) -> None:
    content = f"{HEADER}\nA1,2026-01-31,C1,P1,x,1,1,CNY\nA1,2026-01-31,C1,P1,x,0,1,CNY\n"
    page = rejections(registry, import_file(registry, "orders", content, options=CREATE))
    (other, bad) = page["items"]
    assert other["faults"] == [
        {
            "pointer": "",
            "column": None,
            "code": "other_line_rejected",
            "params": {"line": 3},
            "message": "Line 3 of this order is rejected.",
        }
    ]
    assert bad["faults"][0]["pointer"] == "/quantity"


def test_an_unknown_customer_of_an_order_has_a_code(registry: Running) -> None:
    content = f"{HEADER}\nA1,2026-01-31,C1,P1,x,1,1,CNY\n"
    page = rejections(registry, import_file(registry, "orders", content, options=SHOP))
    ((fault,),) = (line["faults"] for line in page["items"])
    assert (fault["code"], fault["column"]) == ("unknown_customer", "customer_external_id")


def test_rejected_lines_are_listed_in_pages_by_their_number(registry: Running) -> None:
    lines = "".join(f",name {number},,\n" for number in range(2, 5))
    body = import_file(registry, "products", f"{','.join(NAMES)}\n{lines}", mapping=NAMES)
    first = rejections(registry, body, limit=2)
    assert [line["line"] for line in first["items"]] == [2, 3]
    last = rejections(registry, body, limit=2, cursor=first["next"])
    assert ([line["line"] for line in last["items"]], last["next"]) == ([4], None)


def test_lines_that_the_release_before_has_rejected_show_its_messages(registry: Running) -> None:
    body = import_file(registry, "products", f"{','.join(NAMES)}\n,x,,\n", mapping=NAMES)
    with registry.database.transaction() as session:
        session.execute(update(Rejection).values(coded_faults=None))
    (line,) = rejections(registry, body)["items"]
    (fault,) = line["faults"]
    assert fault["message"] == "编号 (code): Give a value."
    assert (fault["code"], fault["column"], fault["params"]) == (None, None, {})


def test_the_reason_why_an_import_failed_has_parameters(registry: Running) -> None:
    content = HEADER.encode() + b"\n" + b"Z9,2026-01-31,,P,x,1,1,CNY\n" * 3000 + b"\xff\xfe\n"
    body = import_file(registry, "orders", content, options={"encoding": "utf-8"} | CREATE)
    assert body["failure"]["code"] == "encoding"
    assert body["failure"]["params"]["line"] == 3002
    assert body["failure"]["params"]["encoding"] == "utf-8"
    assert "windows-1252" in body["failure"]["params"]["allowed"]
