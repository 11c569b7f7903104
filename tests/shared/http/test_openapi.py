"""Tests of what every OpenAPI document of a service has."""

from pathlib import Path

from starlette.responses import Response

from shared.http.app import create_app
from shared.http.openapi import operations
from shared.http.routing import Router
from tests.shared.backend import NotesSettings


def test_the_document_of_a_service_with_one_route_describes_its_errors(tmp_path: Path) -> None:
    router = Router(prefix="beats", tag="beats", about="Beats of a heart.")

    @router.get("", response_class=Response)
    def read_beat(beat: int = 1) -> Response:
        return Response(str(beat))

    settings = NotesSettings(data=tmp_path)
    app = create_app(settings, title="Heart", description="It beats.", routers=[router])
    document = app.openapi()
    assert set(document["components"]["schemas"]) == {"Fault", "Problem"}
    assert set(document["components"]["responses"]) == {"Unauthorized", "Invalid", "Unavailable"}
    assert set(document["paths"]["/v1/beats"]["get"]["responses"]) == {"200", "401", "422", "503"}
    assert app.openapi() is document


def test_a_document_without_paths_has_no_operations() -> None:
    assert list(operations({})) == []
