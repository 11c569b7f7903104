"""Tests of what every OpenAPI document of a service has."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.responses import Response

from shared.http.app import create_app
from shared.http.routing import Router
from shared.imports.errors_file import CsvResponse
from tests.shared.backend import NotesSettings


def read_beat() -> Response:
    """Answer without a parameter: FastAPI's document of this route has no components."""
    return Response()


def read_beat_of_number(number: int = 1) -> Response:
    """Answer with a parameter: FastAPI's document has its own schemas of errors."""
    return Response(str(number))


@pytest.mark.parametrize("route", [read_beat, read_beat_of_number])
def test_the_document_of_a_service_with_one_route_describes_its_errors(
    tmp_path: Path, route: Callable[..., Response]
) -> None:
    router = Router(prefix="beats", tag="beats", about="Beats of a heart.")
    router.get("", response_class=Response)(route)
    settings = NotesSettings(data=tmp_path)
    app = create_app(settings, title="Heart", description="It beats.", routers=[router])
    document = app.openapi()
    assert set(document["components"]["schemas"]) == {"Fault", "Problem"}
    assert set(document["components"]["responses"]) == {
        *("BadRequest", "Unauthorized", "Invalid", "Unavailable")
    }
    assert set(document["paths"]["/v1/beats"]["get"]["responses"]) == {
        *("200", "400", "401", "422", "503")
    }
    assert app.openapi() is document


def test_every_response_is_documented_with_its_request_id(tmp_path: Path) -> None:
    router = Router(prefix="beats", tag="beats", about="Beats of a heart.")
    router.get("", response_class=CsvResponse)(read_beat)
    settings = NotesSettings(data=tmp_path)
    document = create_app(settings, title="Heart", description="", routers=[router]).openapi()
    ok, *errors = document["paths"]["/v1/beats"]["get"]["responses"].values()
    assert ok["headers"].keys() == {"Content-Disposition", "X-Request-Id"}
    assert [one.keys() for one in errors] == [{"$ref"}] * 4
    for response in (ok, *document["components"]["responses"].values()):
        assert response["headers"]["X-Request-Id"] == {"$ref": "#/components/headers/RequestId"}
    assert document["components"]["headers"]["RequestId"]["schema"] == {"type": "string"}
