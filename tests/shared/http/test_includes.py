"""Fields that a response has only if the caller asks for them with `include`."""

from typing import Annotated, Any

import httpx
import pytest
from starlette.responses import Response

from shared.http.answers import json_response
from shared.http.app import create_app
from shared.http.includes import NOT_INCLUDED, included_field, included_fields
from shared.http.routing import Router
from shared.http.schemas import Body
from tests.shared.backend import NotesSettings
from tests.shared.http.conftest import RouterServer


def book() -> Router:
    """Return a router that answers with a page of a book, which has two fields on request.

    It is built by the test and not at import: a mutant would not change it any more.
    """

    class PageOut(Body):
        """A page of a book."""

        number: int
        next_page: int | None = included_field("The following page, null on the last one.")
        note: str | None = included_field("What a reader wrote on it.")

    router = Router(prefix="books", tag="books", about="Books.")

    @router.get("/last-page", response_model=PageOut)
    def read_page(included: Annotated[frozenset[str], included_fields(PageOut)]) -> Response:
        values: dict[str, Any] = {"next_page": None, "note": "!"}
        shown = {name: values[name] if name in included else NOT_INCLUDED for name in values}
        return json_response(PageOut.model_construct(None, number=9, **shown))

    @router.get("/number")
    def read_number(included: Annotated[frozenset[str], included_fields(Body)]) -> Any:
        return {"included": sorted(included)}

    return router


def document(path: str) -> Any:
    """Return the document of the GET of a path, and the schema of the body of a page."""
    app = create_app(NotesSettings(), title="", description="", routers=[book()])
    openapi = app.openapi()
    return openapi["paths"][path]["get"], openapi["components"]["schemas"]["Page"]


def query_parameters(operation: Any) -> list[Any]:
    """Return the documented query parameters of an operation."""
    return [one for one in operation.get("parameters", ()) if one["in"] == "query"]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"number": 9}),
        ("?include=next_page", {"number": 9, "next_page": None}),
        ("?include=note,next_page,note", {"number": 9, "next_page": None, "note": "!"}),
    ],
)
def test_a_field_is_absent_unless_requested_and_null_if_it_has_no_value(
    serve_router: RouterServer, query: str, body: dict[str, Any]
) -> None:
    with serve_router(book()) as client:
        assert client.get(f"/v1/books/last-page{query}").json() == body


@pytest.mark.parametrize("include", ["", "number", "note,", "note, next_page", "NOTE"])
def test_an_unknown_field_is_refused_with_the_known_ones(
    serve_router: RouterServer, include: str
) -> None:
    with serve_router(book()) as client:
        answer = client.get("/v1/books/last-page", params={"include": include})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "query:include")
    assert (fault["code"], fault["params"]) == ("not_some_of", {"allowed": ["next_page", "note"]})


def test_a_body_without_such_fields_has_no_parameter_include(serve_router: RouterServer) -> None:
    with serve_router(book()) as client:
        assert client.get("/v1/books/number").json() == {"included": []}
        refused: httpx.Response = client.get("/v1/books/number?include=note")
    assert refused.status_code == 422
    assert query_parameters(document("/v1/books/number")[0]) == []


def test_the_document_names_the_fields_and_requires_none_of_them() -> None:
    operation, schema = document("/v1/books/last-page")
    (parameter,) = query_parameters(operation)
    assert "`next_page`, `note`" in parameter["description"]
    assert schema["required"] == ["number"]
    assert "default" not in schema["properties"]["note"]
    about = "What a reader wrote on it. Sent only if `include`, or `fields` of a list, names it."
    assert schema["properties"]["note"]["description"] == about
