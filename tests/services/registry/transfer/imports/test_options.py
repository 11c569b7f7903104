"""Options of a file: what has to be said, and what is not for every file."""

from typing import Any

import httpx
import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import CREATE, ORDERS, SHOP, imported, started

CONTENTS = {"customers": "external_id,name\n1,x\n", "products": "code,name\n1,x\n"}


def refusals(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize("options", [{}, {"mode": "insert"}])
def test_whose_ids_a_file_has_is_not_guessed(client: httpx.Client, options: dict[str, Any]) -> None:
    """A file sent once with a system and once without would register everybody twice."""
    for entity, content in {**CONTENTS, "orders": ORDERS}.items():
        answer = started(client, entity, content, options=options)
        if entity == "products":
            assert answer.status_code == 202
            continue
        assert refusals(answer) == [("/options/system", "required")]
        assert "Name the system" in answer.json()["errors"][0]["message"]


def test_an_import_tells_whose_ids_its_file_has(registry: Running) -> None:
    assert imported(registry, "orders", ORDERS, options=CREATE)["system"] == "shop"
    assert imported(registry, "products", CONTENTS["products"])["system"] is None


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
def test_an_option_that_is_not_for_such_a_file_is_refused(
    client: httpx.Client, entity: str, options: dict[str, Any]
) -> None:
    answer = started(client, entity, CONTENTS[entity], options=options)
    assert refusals(answer) == [(f"/options/{list(options)[-1]}", "foreign")]
    assert f"files of {entity}" in answer.json()["errors"][0]["message"]
