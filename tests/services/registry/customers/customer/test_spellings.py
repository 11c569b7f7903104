"""Texts that look the same are the same text: what is written, named in a path or filtered by."""

from unicodedata import normalize
from urllib.parse import quote

import httpx
import pytest

CUSTOMERS = "/v1/customers"
DECOMPOSED = normalize("NFD", "Café Zürich")
ZERO_WIDTH = "\u200b"


def test_an_id_in_another_spelling_is_the_same_customer(client: httpx.Client) -> None:
    first = client.put(f"{CUSTOMERS}/by-external-id/erp/café-9", json={"name": "Café"})
    again = normalize("NFD", f"{ZERO_WIDTH}café-9\ufeff")
    second = client.put(f"{CUSTOMERS}/by-external-id/erp/{quote(again)}", json={"name": "Café"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["external_ids"] == [{"system": "erp", "id": "café-9"}]


def test_texts_are_answered_in_nfc_without_format_characters(client: httpx.Client) -> None:
    body = {
        "name": f"\u2060{DECOMPOSED}\u200e",
        "city": DECOMPOSED,
        "tags": [DECOMPOSED, f"Café{ZERO_WIDTH} Zürich"],
        "external_ids": [{"system": "shop\u200d", "id": f"{ZERO_WIDTH} A1"}],
    }
    answer = client.post(CUSTOMERS, json=body).json()
    assert answer["name"] == "Café Zürich"
    assert answer["city"] == "Café Zürich"
    assert answer["tags"] == ["Café Zürich"]
    assert answer["external_ids"] == [{"system": "shop", "id": "A1"}]


@pytest.mark.parametrize("name", ["city", "tag", "external_id", "q"])
def test_a_filter_finds_what_it_names_in_every_spelling(client: httpx.Client, name: str) -> None:
    body = {
        "name": "Café Zürich",
        "city": "Café Zürich",
        "tags": ["Café Zürich"],
        "external_ids": [{"system": "erp", "id": "Café Zürich"}],
    }
    customer = client.post(CUSTOMERS, json=body).json()
    system = "erp:" if name == "external_id" else ""
    found = client.get(CUSTOMERS, params={name: f"{system}{ZERO_WIDTH}{DECOMPOSED}"}).json()
    assert [item["id"] for item in found["items"]] == [customer["id"]]


def test_the_cursor_of_a_list_is_valid_for_a_filter_in_another_spelling(
    client: httpx.Client,
) -> None:
    for name in ("A", "B"):
        client.post(CUSTOMERS, json={"name": name, "city": "Café Zürich"})
    page = client.get(CUSTOMERS, params={"city": "Café Zürich", "limit": 1}).json()
    parameters = {"city": DECOMPOSED, "limit": 1, "cursor": page["next"]}
    following = client.get(CUSTOMERS, params=parameters).json()
    assert {item["name"] for item in page["items"] + following["items"]} == {"A", "B"}


@pytest.mark.parametrize("invisible", ["\u200b", " \u2060 \ufeff", "\u3164", "\u2800", "\u0001"])
def test_a_name_of_nothing_visible_is_refused(client: httpx.Client, invisible: str) -> None:
    answer = client.post(CUSTOMERS, json={"name": invisible, "tags": ["a", invisible]})
    assert answer.status_code == 422
    faults = {(error["pointer"], error["code"]) for error in answer.json()["errors"]}
    assert faults == {("/name", "invisible"), ("/tags/1", "invisible")}


def test_an_id_of_nothing_visible_is_refused_in_a_path(client: httpx.Client) -> None:
    answer = client.put(f"{CUSTOMERS}/by-external-id/erp/%E2%80%8B", json={"name": "A"})
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("path:external_id", "invisible")


def test_joiners_of_a_script_and_of_an_emoji_stay(client: httpx.Client) -> None:
    name = "می\u200cخواهم 👩\u200d🔬"
    assert client.post(CUSTOMERS, json={"name": name}).json()["name"] == name
