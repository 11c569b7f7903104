"""The client against a real server that answers as the API does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Form, Response, UploadFile

from deploy.demo.client import Api, RefusedError
from tests.serving import serve

KEY = "a-key"


def _app() -> FastAPI:
    app = FastAPI()
    states = iter(({"state": "queued"}, {"state": "running"}, {"state": "succeeded"}))

    @app.get("/list")
    def numbers(cursor: int = 0) -> dict[str, Any]:
        return {"items": [cursor], "next": str(cursor + 1) if cursor < 2 else None}

    @app.post("/imports", status_code=202)
    async def take(
        response: Response, file: UploadFile, options: Annotated[str, Form()]
    ) -> dict[str, Any]:
        response.headers["Location"] = "/work"
        return {"file": (await file.read()).decode(), "options": options}

    @app.get("/work")
    def work() -> dict[str, Any]:
        return next(states)

    @app.get("/bad-work")
    def bad_work() -> dict[str, Any]:
        return {"state": "succeeded", "rejected": 3, "errors_url": "/errors"}

    return app


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with serve(_app()) as url, Api(url, KEY) as connected:
        yield connected


def test_a_list_is_read_page_by_page(api: Api) -> None:
    assert [page["items"] for page in api.pages("/list")] == [[0], [1], [2]]


def test_an_upload_tells_where_its_progress_is_and_is_followed_to_its_end(
    api: Api, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id\n1\n", encoding="utf-8")
    place = api.upload("/imports", file, options={"system": "erp"})
    seen: list[str] = []
    assert api.finish(place, lambda work: seen.append(work["state"])) == {"state": "succeeded"}
    assert seen == ["queued", "running", "succeeded"]


def test_rejected_lines_are_refused_with_all_that_is_known(api: Api) -> None:
    with pytest.raises(RefusedError, match="errors_url"):
        api.finish("/bad-work", print)


def test_an_error_is_refused_with_what_was_answered(api: Api) -> None:
    with pytest.raises(RefusedError, match=r"GET /nothing answered 404: .*Not Found"):
        api.get("/nothing")


def test_what_may_be_missing_is_none(api: Api) -> None:
    assert api.find("/nothing") is None
