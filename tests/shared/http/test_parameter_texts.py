"""Tests of the texts of numbers, flags and ids in paths and queries."""

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import Query

from shared.http.pagination import Paging
from shared.http.routing import Router
from shared.http.schemas import Filter
from tests.shared.http.conftest import RouterServer

ID = "0199a7c0-0000-7000-8000-00000000000a"


class BoxFilter(Filter):
    """The query parameters that filter a list of boxes."""

    owner: UUID | None = None
    full: bool | None = None
    empty: bool | None = None


@pytest.fixture
def boxes(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service with a list of boxes and a route with an id and a number."""
    router = Router(prefix="boxes", tag="boxes", about="Boxes.")

    @router.get("")
    def list_boxes(paging: Paging, filters: Annotated[BoxFilter, Query()]) -> list[Any]:
        return [paging.limit, filters.owner, filters.full, filters.empty]

    @router.get("/{box_id}/{number}")
    def read_box(box_id: UUID, number: int) -> list[Any]:
        return [box_id, number]

    with serve_router(router) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        *(
            ("limit", text, "integer_expected")
            for text in ("1_0", "5.0", "+5", " 5", "5 ", "٥", "")
        ),
        *(
            (name, text, "boolean_expected")
            for name in ("full", "empty")
            for text in ("True", "FALSE", "1", "on", "yes", " true")
        ),
        *(
            ("owner", text, "malformed_uuid")
            for text in (f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", ""), f" {ID}", f"{ID}\n")
        ),
    ],
)
def test_a_value_of_a_query_has_one_way_to_be_written(
    boxes: httpx.Client, name: str, text: str, code: str
) -> None:
    answer = boxes.get("/v1/boxes", params={name: text})
    assert answer.status_code == 422
    faults = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert faults == [(f"query:{name}", code)]


def test_a_value_of_a_query_that_is_written_as_json_writes_it_is_read(boxes: httpx.Client) -> None:
    sent = {"limit": "5", "owner": ID.upper(), "full": "true", "empty": "false"}
    assert boxes.get("/v1/boxes", params=sent).json() == [5, ID, True, False]


def test_a_number_that_is_too_small_is_refused_as_too_small(boxes: httpx.Client) -> None:
    (fault,) = boxes.get("/v1/boxes", params={"limit": "-1"}).json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("query:limit", "too_small")


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (f"{{{ID}}}/1", ("path:box_id", "malformed_uuid")),
        (f"urn:uuid:{ID}/1", ("path:box_id", "malformed_uuid")),
        (f"{ID}/+1", ("path:number", "integer_expected")),
        (f"{ID}/1_0", ("path:number", "integer_expected")),
    ],
)
def test_a_value_of_a_path_has_one_way_to_be_written(
    boxes: httpx.Client, path: str, fault: tuple[str, str]
) -> None:
    answer = boxes.get(f"/v1/boxes/{path}")
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [fault]
    assert boxes.get(f"/v1/boxes/{ID}/10").json() == [ID, 10]
