"""Tests of the encoding of forms with files."""

from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Form, UploadFile
from pydantic import BaseModel, ConfigDict

from shared.http.dependencies import NO_REPEATED_PARTS
from shared.http.routing import Router
from shared.http.strict_json import JsonPart
from tests.shared.http.conftest import RouterServer

GBK = "门店".encode("gbk")


class Sent(BaseModel):
    """A form with a text, a JSON object and a file."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    options: JsonPart[dict[str, str]] = {}
    file: UploadFile


@pytest.fixture
def client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service that answers with the texts and the file of a form."""
    router = Router(prefix="echo", tag="echo", about="Answers with the form in the request.")

    @router.post("", dependencies=[NO_REPEATED_PARTS])
    def echo(form: Annotated[Sent, Form(media_type="multipart/form-data")]) -> dict[str, Any]:
        content = form.file.file.read().hex()
        return form.model_dump(exclude={"file"}) | {"name": form.file.filename, "file": content}

    with serve_router(router) as client:
        yield client


def _part(name: bytes, content: bytes, file_name: bytes | None = None) -> bytes:
    """Return a part of a form whose boundary is `x`."""
    file = b"" if file_name is None else b'; filename="' + file_name + b'"'
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + file
    return head + b"\r\n\r\n" + content + b"\r\n"


FILE = _part(b"file", b"id", b"f.csv")


def _send(client: httpx.Client, *parts: bytes, parameters: str = "") -> httpx.Response:
    """Send a form with these parts, and these further parameters of its content type."""
    headers = {"Content-Type": f"multipart/form-data; boundary=x{parameters}"}
    return client.post("/v1/echo", content=b"".join(parts) + b"--x--\r\n", headers=headers)


@pytest.mark.parametrize("text", ["门店", "é", "\u00ff\u0100", "😀"])
def test_texts_in_utf_8_and_any_bytes_of_a_file_are_read_as_they_are(
    client: httpx.Client, text: str
) -> None:
    encoded = text.encode()
    answer = _send(
        client,
        _part(b"text", encoded),
        _part(b"options", b'{"a": "' + encoded + b'"}'),
        _part(b"file", GBK, encoded),
    )
    expected = {"text": text, "options": {"a": text}, "name": text, "file": GBK.hex()}
    assert answer.json() == expected


@pytest.mark.parametrize(
    "parameters", ['; a="', "; charset=utf-8", '; Charset="UTF-8"; charset=us-ascii', "; a=b;"]
)
def test_a_text_is_read_as_utf_8_whatever_parameters_the_content_type_has(
    client: httpx.Client, parameters: str
) -> None:
    answer = _send(client, _part(b"text", "门店".encode()), FILE, parameters=parameters)
    assert answer.json() == {"text": "门店", "options": {}, "name": "f.csv", "file": b"id".hex()}
    refused = _send(client, _part(b"text", GBK), FILE, parameters=parameters)
    assert [fault["code"] for fault in refused.json()["errors"]] == ["not_utf8"]


@pytest.mark.parametrize("boundary", ['"a;b c"', r'"a\";b"', r'"a\\\\b"', '"x"'])
def test_a_boundary_may_be_quoted(client: httpx.Client, boundary: str) -> None:
    written = boundary[1:-1].replace("\\\\", "\\").replace('\\"', '"').encode()
    content = FILE.replace(b"--x", b"--" + written) + b"--" + written + b"--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post("/v1/echo", content=content, headers=headers)
    assert answer.json()["name"] == "f.csv"


@pytest.mark.parametrize(
    ("parts", "pointer", "advice"),
    [
        ([_part(b"text", GBK), FILE], "/text", "Send the text in UTF-8"),
        ([_part(b"text", b"\xe9"), FILE], "/text", "Send the text in UTF-8"),
        ([_part(b"options", b'{"a": "' + GBK + b'"}'), FILE], "/options", "in UTF-8"),
        ([_part(b"a/b", GBK), FILE], "/a~1b", "Send the text in UTF-8"),
        ([_part(b"a" * 101, GBK), FILE], f"/{'a' * 100}", "Send the text in UTF-8"),
        ([_part(GBK, b"a"), FILE], "", "names of fields"),
        ([_part(b"file", b"id", GBK)], "/file", "name of the file"),
    ],
)
def test_a_text_of_a_form_that_is_not_utf_8_is_refused_at_its_part(
    client: httpx.Client, parts: list[bytes], pointer: str, advice: str
) -> None:
    answer = _send(client, *parts)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, "not_utf8")
    assert advice in fault["message"]


def test_every_text_that_is_not_utf_8_is_reported(client: httpx.Client) -> None:
    answer = _send(client, _part(b"text", GBK), _part(b"options", GBK), FILE)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/text", "/options"]


def test_a_form_without_a_boundary_and_a_form_with_too_many_fields_are_refused(
    client: httpx.Client,
) -> None:
    answer = client.post("/v1/echo", content=FILE, headers={"Content-Type": "multipart/form-data"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "malformed_form")
    answer = _send(client, *[_part(b"text", b"a")] * 1001)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_large")
