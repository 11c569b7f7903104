"""Tests of the query parameters of a list: what they mean, refuse and are documented as."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest

from shared.http.app import create_app
from shared.http.includes import included_field
from shared.http.list_parameters import paged_by
from shared.http.listing import Listing
from shared.http.pagination import PageRequest
from shared.http.routing import Router
from shared.http.schemas import Body, FacetedPage
from shared.ids import new_id
from tests.shared.backend import NotesSettings
from tests.shared.http.conftest import RouterServer
from tests.shared.http.notes import NOTES, Note, NotePage


def list_router(default: str = "id") -> Router:
    """Return a router whose list answers with the page request that the route got.

    The router is built by the test and not at import: a mutant would not change it any more.
    """
    router = Router(prefix="lists", tag="lists", about="Lists.")
    plain = Listing(sorts={"id": [Note.id], "title": [Note.title, Note.id]}, default=default)

    def shown(paging: PageRequest) -> dict[str, Any]:
        names = ("limit", "cursor", "sort", "descending", "ids", "without", "facets", "is_counted")
        fields = None if paging.fields is None else sorted(paging.fields)
        return {name: getattr(paging, name) for name in names} | {"fields": fields}

    @router.get("")
    def list_nothing(paging: Annotated[PageRequest, paged_by(plain, NotePage)]) -> Any:
        return shown(paging)

    @router.get("/rated")
    def list_rated(paging: Annotated[PageRequest, paged_by(plain, RatedPage)]) -> Any:
        return shown(paging) | {"included": sorted(paging.included)}

    @router.get("/whole")
    def list_all(paging: Annotated[PageRequest, paged_by(NOTES, NotePage)]) -> Any:
        return shown(paging)

    return router


class RatedOut(Body):
    """An item of a list, with a field that is sent on request."""

    id: int
    title: str
    rating: int | None = included_field("How readers liked it.")


class RatedPage(FacetedPage[RatedOut]):
    """A page of rated items."""


def parameters(path: str, default: str = "id") -> dict[str, Any]:
    """Return the documented query parameters of a path of `list_router`, by name."""
    routers = [list_router(default)]
    app = create_app(NotesSettings(), title="", description="", routers=routers)
    return {one["name"]: one for one in app.openapi()["paths"][path]["get"]["parameters"]}


def refusal(answer: httpx.Response) -> tuple[int, str, str, str]:
    """Return the status of an answer, and the pointer, code and message of its one fault."""
    (fault,) = answer.json()["errors"]
    return answer.status_code, fault["pointer"], fault["code"], fault["message"]


@pytest.mark.parametrize(("default", "other"), [("id", "-id"), ("-id", "id"), ("-id", "-title")])
def test_a_list_has_its_default_sort_and_can_be_sorted_otherwise(
    serve_router: RouterServer, default: str, other: str
) -> None:
    with serve_router(list_router(default)) as client:
        for params, sort in [({}, default), ({"sort": default}, default), ({"sort": other}, other)]:
            answer = client.get("/v1/lists", params={"limit": "7", "cursor": "c"} | params).json()
            assert (answer["limit"], answer["cursor"], answer["sort"]) == (7, "c", sort)
            assert answer["descending"] is sort.startswith("-")


@pytest.mark.parametrize("sort", ["", "kind", "ID", "--id", "id,-id", " id"])
def test_a_sort_that_a_list_does_not_have_is_refused(serve_router: RouterServer, sort: str) -> None:
    with serve_router(list_router("-id")) as client:
        answer = client.get("/v1/lists", params={"sort": sort})
    message = "The list cannot be sorted in this way. Give one of: id, -id, title, -title."
    assert refusal(answer) == (422, "query:sort", "sort", message)


def test_the_document_names_every_sort_in_both_directions() -> None:
    sort = parameters("/v1/lists", "-id")["sort"]
    assert sort["schema"]["enum"] == ["id", "-id", "title", "-title"]
    assert (sort["schema"]["default"], sort["required"]) == ("-id", False)
    assert "`id`, `-id`, `title`, `-title`" in sort["description"]


def test_ids_are_separated_by_commas_and_each_counts_once(serve_router: RouterServer) -> None:
    first, second = str(new_id()), str(new_id())
    with serve_router(list_router()) as client:
        given = client.get(f"/v1/lists/whole?ids={first},{second.upper()},{first}").json()
        assert given["ids"] == [first, second]
        assert client.get("/v1/lists/whole").json()["ids"] is None


def test_a_list_of_ids_is_one_page_unless_the_caller_limits_it(serve_router: RouterServer) -> None:
    ids = ",".join(str(new_id()) for _ in range(100))
    with serve_router(list_router()) as client:
        for limit, expected in [("", 100), ("&limit=50", 50), ("&limit=7", 7)]:
            answer = client.get(f"/v1/lists/whole?ids={ids}{limit}")
            assert answer.json()["limit"] == expected
        assert client.get("/v1/lists/whole").json()["limit"] == 50


@pytest.mark.parametrize(
    "ids",
    [
        "",
        "x",
        ",",
        f"{UUID(int=1)},",
        f"{UUID(int=1)}, {UUID(int=2)}",
        f"{UUID(int=1).hex}",
        ",".join(str(UUID(int=number)) for number in range(101)),
    ],
)
def test_anything_but_1_to_100_ids_is_refused(serve_router: RouterServer, ids: str) -> None:
    with serve_router(list_router()) as client:
        answer = client.get("/v1/lists/whole", params={"ids": ids})
    advice = "Give 1 to 100 ids, separated by commas, without blanks."
    message = f"This is not a list of ids. {advice}"
    assert refusal(answer) == (422, "query:ids", "ids", message)


@pytest.mark.parametrize(
    ("parameter", "known", "message"),
    [
        ("fields", "title", "Give some of these, separated by commas: id, title, kind."),
        ("without", "kind", "Give some of these, separated by commas: kind, reply."),
        ("facets", "kind", "Give some of these, separated by commas: kind, pinned."),
    ],
)
@pytest.mark.parametrize("wrong", ["", "{known},", "{known}, {known}", "{known},no", "{known};no"])
def test_a_name_that_a_list_does_not_have_is_refused_with_the_names_that_it_has(
    serve_router: RouterServer, parameter: str, known: str, message: str, wrong: str
) -> None:
    with serve_router(list_router()) as client:
        answer = client.get("/v1/lists/whole", params={parameter: wrong.format(known=known)})
    explained = f"A name is not one of the allowed names. {message}"
    assert refusal(answer) == (422, f"query:{parameter}", "not_some_of", explained)


def test_the_fields_always_include_the_id(serve_router: RouterServer) -> None:
    with serve_router(list_router()) as client:
        assert client.get("/v1/lists/whole?fields=title").json()["fields"] == ["id", "title"]
        assert client.get("/v1/lists/whole?fields=id,id").json()["fields"] == ["id"]
        assert client.get("/v1/lists/whole").json()["fields"] is None
        assert client.get("/v1/lists?fields=title").json()["fields"] == ["title"]


@pytest.mark.parametrize(
    ("query", "fields", "included"),
    [
        ("", None, []),
        ("include=rating", None, ["rating"]),
        ("fields=title", ["title"], []),
        ("fields=title&include=rating", ["rating", "title"], ["rating"]),
        ("fields=title,rating", ["rating", "title"], ["rating"]),
    ],
)
def test_a_field_that_is_sent_on_request_is_requested_by_include_or_by_fields(
    serve_router: RouterServer, query: str, fields: list[str] | None, included: list[str]
) -> None:
    with serve_router(list_router()) as client:
        answer = client.get(f"/v1/lists/rated?{query}").json()
        assert (answer["fields"], answer["included"]) == (fields, included)
        assert client.get("/v1/lists?include=rating").status_code == 422


def test_facets_and_count_are_off_unless_requested(serve_router: RouterServer) -> None:
    with serve_router(list_router()) as client:
        plain = client.get("/v1/lists/whole").json()
        asked = client.get("/v1/lists/whole?count=true&facets=pinned,kind,pinned").json()
    assert (plain["is_counted"], plain["facets"]) == (False, [])
    assert (asked["is_counted"], asked["facets"]) == (True, ["pinned", "kind"])


def test_names_of_filters_without_a_value_count_once_each(serve_router: RouterServer) -> None:
    with serve_router(list_router()) as client:
        plain = client.get("/v1/lists/whole").json()
        asked = client.get("/v1/lists/whole?without=reply,kind,reply").json()
    assert (plain["without"], asked["without"]) == ([], ["reply", "kind"])


def test_the_document_enumerates_the_filters_that_may_be_without_a_value() -> None:
    documented = parameters("/v1/lists/whole")
    without = documented["without"]
    schema = without["schema"]
    assert (schema["type"], schema["examples"]) == ("string", ["kind"])
    assert schema["pattern"] == "^(kind|reply)(,(kind|reply))*$"
    assert "The filters are `kind`, `reply`." in without["description"]
    assert without["required"] is False
    assert "under the value null: `without` lists" in documented["facets"]["description"]


def test_the_facets_of_a_list_whose_items_lack_no_value_do_not_mention_null() -> None:
    complete = replace(NOTES, columns={"pinned": Note.is_pinned}, facets=("pinned",))
    router = Router(prefix="lists", tag="lists", about="Lists.")

    @router.get("")
    def list_complete(paging: Annotated[PageRequest, paged_by(complete, NotePage)]) -> Any:
        return paging.facets

    app = create_app(NotesSettings(), title="", description="", routers=[router])
    described = app.openapi()["paths"]["/v1/lists"]["get"]["parameters"]
    texts = {one["name"]: one["description"] for one in described}
    assert texts["facets"].endswith("The fields are `pinned`.")
    assert "The filters are `reply`." in texts["without"]


def test_a_list_without_ids_facets_and_nullable_columns_does_not_know_these_parameters(
    serve_router: RouterServer,
) -> None:
    with serve_router(list_router()) as client:
        answer = client.get(
            "/v1/lists", params={"ids": str(new_id()), "facets": "kind", "without": "kind"}
        )
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (422, {"query:ids", "query:facets", "query:without"})
    assert not {"ids", "facets", "without"} & set(parameters("/v1/lists"))


def test_names_and_ids_are_documented_as_texts_of_a_form() -> None:
    documented = parameters("/v1/lists/whole")
    for name in ("ids", "fields", "facets"):
        schema = documented[name]["schema"]
        assert schema["type"] == "string"
        assert schema["pattern"].startswith("^"), name
        assert "enum" not in schema
    assert "by commas; `id` is always shown. The items" in documented["fields"]["description"]
    plain = parameters("/v1/lists")["fields"]["description"]
    assert plain.startswith("Show only these fields of each item, separated by commas. The items")
    assert "`id`, `title`, `kind`" in documented["fields"]["description"]
    assert "`kind`, `pinned`" in documented["facets"]["description"]
    assert "at most 100" in documented["ids"]["description"]
    assert "exact up to 100000" in documented["count"]["description"]
