"""The form of an import: options that are required or apply to some entities; large files."""

from typing import Any

import httpx
import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    ORDERS,
    SHOP,
    import_file,
    start_import,
)

CONTENTS = {"customers": "external_id,name\n1,x\n", "products": "code,name\n1,x\n"}


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return the pointer and code of each fault of a refused request."""
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize("options", [{}, {"mode": "insert"}])
def test_a_file_with_external_ids_is_refused_without_a_system(
    client: httpx.Client, options: dict[str, Any]
) -> None:
    """A file sent once with a system and once without would register each customer twice."""
    for entity, content in {**CONTENTS, "orders": ORDERS}.items():
        answer = start_import(client, entity, content, options=options)
        if entity == "products":
            assert answer.status_code == 202
            continue
        assert faults(answer) == [("/options/system", "required")]
        assert "Name the system" in answer.json()["errors"][0]["message"]


def test_an_import_shows_the_system_of_its_file(registry: Running) -> None:
    assert import_file(registry, "orders", ORDERS, options=CREATE)["system"] == "shop"
    assert import_file(registry, "products", CONTENTS["products"])["system"] is None


@pytest.mark.parametrize(
    ("entity", "options"),
    [
        ("customers", SHOP | {"return_prefix": "R"}),
        ("customers", SHOP | {"create_customers": True}),
        ("customers", SHOP | {"currency": "CNY"}),
        ("products", SHOP),
        ("products", {"strip_suffix": ".0"}),
        ("products", {"timezone": "Asia/Shanghai"}),
    ],
)
def test_an_option_for_files_of_other_entities_is_refused(
    client: httpx.Client, entity: str, options: dict[str, Any]
) -> None:
    answer = start_import(client, entity, CONTENTS[entity], options=options)
    assert faults(answer) == [(f"/options/{list(options)[-1]}", "foreign")]
    assert f"files of {entity}" in answer.json()["errors"][0]["message"]


def test_an_option_for_files_of_other_entities_may_have_its_default_value(
    client: httpx.Client,
) -> None:
    """A generated client may send the default values of all options."""
    options = {"create_customers": False, "timezone": None, "mode": "upsert"}
    answer = start_import(client, "products", CONTENTS["products"], options=options)
    assert answer.status_code == 202, answer.text


def test_a_file_above_the_limit_is_refused_with_the_limit(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(registry.settings), "import_limit_bytes", 10)
    answer = start_import(registry.client, "orders", ORDERS, options=CREATE)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["params"]) == ("/file", {"max": 10})


@pytest.mark.parametrize("part", ["entity", "options", "mapping", "dry_run"])
def test_a_part_of_the_form_that_is_not_utf_8_is_refused(client: httpx.Client, part: str) -> None:
    """Read as Latin-1, a name of a system in GBK would be another name, for good."""
    parts = {"entity": b"customers", "options": b'{"system": "erp"}', "file": b"name\n"}
    sent = {**parts, part: '{"system": "门店"}'.encode("gbk")}
    files = {name: ("f.csv" if name == "file" else None, content) for name, content in sent.items()}
    assert faults(client.post("/v1/imports", files=files)) == [(f"/{part}", "not_utf8")]
