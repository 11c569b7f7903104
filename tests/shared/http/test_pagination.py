"""Tests of the responses with a page: items, selected fields, and links to the next page."""

from typing import Any

import httpx
import pytest

from shared.http.pagination import PageRequest, link_header

TITLES = "abcde"


@pytest.fixture
def ids(client: httpx.Client) -> list[str]:
    """Create notes with the titles a to e, of the kinds odd and even, and return their ids."""
    kinds = ["odd", "even", "odd", "even", "odd"]
    bodies = [{"title": t, "kind": kind} for t, kind in zip(TITLES, kinds, strict=True)]
    return [client.post("/v1/notes", json=body).json()["id"] for body in bodies]


def titles(answer: httpx.Response) -> list[str]:
    """Return the titles of the notes in an answer."""
    return [item["title"] for item in answer.json()["items"]]


def read(client: httpx.Client, query: str) -> Any:
    """Return the body of the list of notes with this query."""
    return client.get(f"/v1/notes?{query}").json()


@pytest.mark.usefixtures("ids")
def test_the_link_to_the_next_page_repeats_the_other_parameters(client: httpx.Client) -> None:
    answer = client.get("/v1/notes", params={"limit": 2, "kind": "odd", "fields": "title"})
    seen = [titles(answer)]
    while "next" in answer.links:
        following = answer.links["next"]["url"]
        assert httpx.URL(following).params["cursor"] == answer.json()["next"]
        answer = client.get(following)
        assert answer.json()["items"][0].keys() == {"id", "title"}
        seen.append(titles(answer))
    assert seen == [["a", "c"], ["e"]]
    assert answer.json()["next"] is None


@pytest.mark.usefixtures("ids")
def test_a_link_is_longer_than_the_requested_address_by_the_cursor_only(
    client: httpx.Client,
) -> None:
    query = f"limit=1&fields={','.join(['id'] * 2000)}&kind=%6Fdd"
    answer = client.get(f"/v1/notes?{query}")
    following = answer.links["next"]["url"]
    assert following == f"/v1/notes?{query}&cursor={answer.json()['next']}"
    assert client.get(following).status_code == 200


@pytest.mark.parametrize(
    ("sent", "following"),
    [
        (b"q=%3C%22a%26b+c&&x=1,2", "q=%3C%22a%26b+c&x=1,2&cursor=new"),
        (b'q=<">', "q=%3C%22%3E&cursor=new"),
        (b"cursor=old&sort=-name&cur%73or=old", "sort=-name&cursor=new"),
        (b"", "cursor=new"),
    ],
)
def test_a_link_is_a_valid_address_with_one_cursor(sent: bytes, following: str) -> None:
    paging = PageRequest(1, None, "/v1/notes", sent)
    assert link_header(paging, "new") == {"Link": f'</v1/notes?{following}>; rel="next"'}


@pytest.mark.usefixtures("ids")
def test_a_reversed_list_links_to_the_next_page_of_the_same_sort(client: httpx.Client) -> None:
    answer = client.get("/v1/notes", params={"limit": 2, "sort": "-title"})
    seen = [titles(answer)]
    while "next" in answer.links:
        following = answer.links["next"]["url"]
        assert following.count("cursor=") == 1
        answer = client.get(following)
        seen.append(titles(answer))
    assert seen == [["e", "d"], ["c", "b"], ["a"]]


@pytest.mark.usefixtures("ids")
def test_a_cursor_of_the_default_sort_is_valid_when_that_sort_is_named(
    client: httpx.Client,
) -> None:
    cursor = read(client, "limit=4")["next"]
    named = client.get("/v1/notes", params={"sort": "id", "cursor": cursor})
    assert titles(named) == ["e"]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize("query", ["kind=even&pinned=false", "kind=odd", "pinned=false", ""])
def test_a_cursor_is_refused_if_the_filters_have_changed(client: httpx.Client, query: str) -> None:
    cursor = read(client, "kind=odd&pinned=false&limit=1")["next"]
    answer = client.get(f"/v1/notes?{query}&cursor={cursor}")
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "query:cursor")
    assert "begin the list again" in fault["message"]


@pytest.mark.usefixtures("ids")
def test_a_cursor_is_valid_for_its_filters_in_any_sequence_and_for_any_view_of_the_items(
    client: httpx.Client,
) -> None:
    cursor = read(client, "kind=odd&pinned=false&limit=1&count=true")["next"]
    view = "limit=5&fields=title&facets=kind&sort=id"
    following = client.get(f"/v1/notes?cursor={cursor}&{view}&pinned=false&kind=odd")
    assert titles(following) == ["c", "e"]


@pytest.mark.parametrize("cursor", ["%", "AAAA", "é", "x" * 500])
def test_a_cursor_that_cannot_be_decoded_is_refused(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/v1/notes", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:cursor")


def test_a_limit_outside_1_to_200_is_refused(client: httpx.Client) -> None:
    assert client.get("/v1/notes", params={"limit": 201}).status_code == 422
    assert client.get("/v1/notes", params={"limit": 0}).status_code == 422


def test_selected_fields_come_with_the_id_and_leave_the_page_as_it_is(
    client: httpx.Client, ids: list[str]
) -> None:
    assert read(client, "fields=kind&limit=1&count=true") == {
        "items": [{"id": ids[0], "kind": "odd"}],
        "next": read(client, "limit=1")["next"],
        "total": {"value": 5, "exact": True},
    }


def test_the_requested_ids_are_listed_and_unknown_ones_left_out(
    client: httpx.Client, ids: list[str]
) -> None:
    unknown = "00000000-0000-0000-0000-000000000007"
    found = read(client, f"ids={ids[3]},{unknown},{ids[1]}")
    assert [item["id"] for item in found["items"]] == [ids[1], ids[3]]
    assert read(client, f"ids={unknown}") == {"items": [], "next": None}


@pytest.mark.usefixtures("ids")
def test_a_page_has_a_total_and_facets_only_if_they_are_requested(client: httpx.Client) -> None:
    assert read(client, "").keys() == {"items", "next"}
    asked = read(client, "count=true&facets=kind&limit=1")
    assert asked["total"] == {"value": 5, "exact": True}
    values = [{"value": "odd", "count": 3}, {"value": "even", "count": 2}]
    assert asked["facets"] == [{"field": "kind", "exact": True, "values": values}]
