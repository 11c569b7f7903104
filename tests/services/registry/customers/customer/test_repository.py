"""The search for customers on both databases: a name finds its customer, however it is written."""

from uuid import UUID

import httpx
import pytest

from tests.services.harness import Running

CUSTOMERS = "/v1/customers"


def found(client: httpx.Client, query: str) -> list[UUID]:
    """Return the ids of the customers that a search finds."""
    answer = client.get(CUSTOMERS, params={"q": query})
    assert answer.status_code == 200, answer.text
    return [UUID(item["id"]) for item in answer.json()["items"]]


def created(client: httpx.Client, name: str) -> UUID:
    """Return the id of a new customer with this name."""
    return UUID(client.post(CUSTOMERS, json={"name": name}).json()["id"])


@pytest.mark.parametrize(
    "name",
    [
        "Brown & Sons",
        "Northwind, Ltd.",
        "Bäcker GmbH & Co. KGaA",
        'Books "4" You',
        "Hotel (Wuxi) Co.",
        "N.Y. Iron Corp.",
        "Corner Shop #7",
        "ЗАО «Берёзка»",
        "L'Étoile d'Or",
        "𠮷野商店",
        "佐々木",
        "/// Studio ***",
    ],
)
def test_the_exact_name_of_a_customer_finds_the_customer(registry: Running, name: str) -> None:
    created(registry.client, "Somebody Else 张")
    customer_id = created(registry.client, name)
    assert found(registry.client, name) == [customer_id]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Ｎｉｐｐｏｎ　Ｔｒａｄｉｎｇ", "trading"),
        ("Nippon Trading", "ｎｉｐｐｏｎ"),
        ("Hauptstraße 5", "HAUPTSTRASSE"),
        ("HAUPTSTRASSE 5", "hauptstraße"),
        ("ＡＢＣ商店", "abc"),
        ("ﾔﾏﾊ発動機", "ヤマハ"),
        ("ΟΔΟΣ", "οδος"),
        ("王小明", "王"),
        ("赵六", "六"),
        ("𠮷野商店", "𠮷"),
        ("山田𠮷", "𠮷"),
        ("二〇一店", "〇"),
        ("کتاب\u200cخانه", "کتابخانه"),
    ],
)
def test_a_word_in_another_case_width_or_spelling_finds_the_customer(
    registry: Running, name: str, query: str
) -> None:
    created(registry.client, "Somebody Else 张")
    customer_id = created(registry.client, name)
    assert found(registry.client, query) == [customer_id]
