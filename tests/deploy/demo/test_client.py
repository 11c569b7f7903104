"""Tests of the demo's API client, against a test server with responses like the API's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form, Response, UploadFile

from deploy.demo.client import Api, RefusedError
from tests.serving import serve

KEY = "a-key"


def _app() -> FastAPI:
    """Return a server with a list of three pages, an import, and a job that succeeds in time."""
    app = FastAPI()
    states = iter(({"state": "queued"}, {"state": "running"}, {"state": "succeeded"}))

    @app.get("/list")
    def numbers(cursor: int = 0) -> dict[str, Any]:
        return {"items": [cursor], "next": str(cursor + 1) if cursor < 2 else None}

    @app.post("/imports", status_code=202)
    async def create_import(
        response: Response, file: UploadFile, options: Annotated[str, Form()]
    ) -> dict[str, Any]:
        response.headers["Location"] = "/job"
        return {"file": (await file.read()).decode(), "options": options}

    @app.get("/job")
    def job() -> dict[str, Any]:
        return next(states)

    @app.get("/bad-job")
    def bad_job() -> dict[str, Any]:
        return {"state": "succeeded", "rejected": 3, "errors_url": "/errors"}

    return app


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """Yield a client that is connected to the test server."""
    with serve(_app()) as url, Api(url, KEY) as client:
        yield client


def test_a_list_is_read_page_by_page(api: Api) -> None:
    assert [page["items"] for page in api.pages("/list")] == [[0], [1], [2]]


def test_an_upload_returns_the_location_of_an_import_job_that_can_be_awaited(
    api: Api, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id\n1\n", encoding="utf-8")
    location = api.upload("/imports", file, options={"system": "erp"})
    seen: list[str] = []
    last = api.wait_for_job(location, lambda job: seen.append(job["state"]))
    assert last == {"state": "succeeded"}
    assert seen == ["queued", "running", "succeeded"]


def test_waiting_for_a_job_with_rejected_lines_raises_an_error_with_its_last_state(
    api: Api,
) -> None:
    with pytest.raises(RefusedError, match="errors_url"):
        api.wait_for_job("/bad-job", print)


def test_an_error_status_raises_an_error_with_the_response_body(api: Api) -> None:
    with pytest.raises(RefusedError, match=r"GET /nothing answered 404: .*Not Found"):
        api.get("/nothing")


def test_find_returns_none_for_a_404(api: Api) -> None:
    assert api.find("/nothing") is None
