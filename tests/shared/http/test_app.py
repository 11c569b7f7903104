"""Tests of the app that every service creates."""

from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, text
from starlette.requests import Request

from shared.catalogue import Texts
from shared.errors import MethodNotAllowed
from shared.http.app import create_app, guarded
from shared.http.dependencies import Reading
from shared.http.routing import Router
from shared.version import version
from tests.services.harness import TokenSigner
from tests.serving import serve
from tests.shared.backend import NotesSettings
from tests.shared.http.conftest import RouterServer


def things() -> Router:
    """Return a router whose one route reads from the database."""
    router = Router(prefix="things", tag="things", about="Some things.")

    @router.get("/{number}")
    def read_thing(number: int, session: Reading) -> int:
        forty: int = session.execute(text("SELECT 40")).scalar_one()
        return forty + number

    return router


def test_the_document_of_an_app_has_its_title_and_describes_its_nouns(tmp_path: Path) -> None:
    settings = NotesSettings(data=tmp_path)
    about = {"title": "Things", "description": "Of all kinds."}
    document = create_app(settings, **about, routers=[things()]).openapi()
    assert document["info"] == about | {"version": version()}
    assert document["tags"] == [{"name": "things", "description": "Some things."}]
    (operation,) = document["paths"]["/v1/things/{number}"].values()
    assert (operation["operationId"], operation["tags"]) == ("read_thing", ["things"])


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
def test_a_service_does_not_serve_its_own_openapi_document(
    serve_router: RouterServer, path: str
) -> None:
    """The gateway serves one document of all services."""
    with serve_router(things()) as client:
        assert client.get(path).status_code == 404


def test_database_connections_are_closed_when_the_service_stops(
    tmp_path: Path, token_signer: TokenSigner
) -> None:
    settings = NotesSettings(data=tmp_path)
    app = create_app(settings, title="Things", description="Some.", routers=[things()])
    opened, closed = list[object](), list[object]()
    event.listen(
        app.state.database.engine, "connect", lambda connection, _: opened.append(connection)
    )
    event.listen(
        app.state.database.engine, "close", lambda connection, _: closed.append(connection)
    )
    with serve(guarded(app, settings), lifespan="on") as url:
        answer = httpx.get(f"{url}/v1/things/2", headers=token_signer.authorization("notes"))
        assert answer.json() == 42
        assert (len(opened), closed) == (1, [])
    assert closed == opened


def test_a_token_for_another_service_is_refused_with_401(
    serve_router: RouterServer, token_signer: TokenSigner
) -> None:
    with serve_router(things()) as client:
        answer = client.get("/v1/things/1", headers=token_signer.authorization("survey"))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"]


def test_a_405_names_the_methods_of_all_routes_of_the_path(
    serve_router: RouterServer,
) -> None:
    router = things()

    @router.delete("/{number}")
    @router.put("/{number}")
    def change_thing(request: Request) -> str:
        return request.method

    with serve_router(router) as client:
        answer = client.post("/v1/things/1")
        assert (answer.status_code, answer.headers["Allow"]) == (
            405,
            "DELETE, GET, HEAD, OPTIONS, PUT",
        )


def test_a_path_belongs_to_the_route_with_fixed_text_also_for_other_methods(
    serve_router: RouterServer,
) -> None:
    router = things()

    @router.get("/oldest")
    def read_oldest() -> str:
        return "1"

    @router.put("/{number}")
    def change_thing(number: str) -> str:
        return number

    with serve_router(router) as client:
        answer = client.put("/v1/things/oldest")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert client.put("/v1/things/1").json() == "1"


class NotErasable(MethodNotAllowed):
    """A thing cannot be deleted."""

    code = "not_erasable"
    title = Texts("A thing stays.", "不能删除。")
    advice = Texts("Archive the thing.", "请归档。")


def test_a_405_has_the_code_and_detail_with_which_the_router_explains_it(
    serve_router: RouterServer,
) -> None:
    router = things()
    router.refuse("DELETE", "/{number}", NotErasable)
    with serve_router(router) as client:
        refused, unexplained = client.delete("/v1/things/1"), client.put("/v1/things/1")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (refused.json()["code"], refused.json()["detail"]) == (
        "not_erasable",
        "A thing stays. Archive the thing.",
    )
    assert unexplained.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_with_a_slash_at_its_end_is_a_404_and_no_redirect(
    serve_router: RouterServer, method: str
) -> None:
    """Many clients follow a redirect without their key, or repeat a POST without its body."""
    with serve_router(things()) as client:
        answer = client.request(method, "/v1/things/1/")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such path.")
