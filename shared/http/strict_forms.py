"""Forms with files whose texts are UTF-8; Starlette would read other texts as Latin-1."""

from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from shared.errors import Fault, Invalid, pointer_to
from shared.http.faults import NOT_UTF8
from shared.http.media_types import MULTIPART, media_type_of
from shared.http.strict_json import RefusedBody, StrictJsonRequest

_LATIN_1 = "latin-1"


class StrictRequest(StrictJsonRequest):
    """A request whose JSON is parsed by `strict_loads`, and the texts of whose form are UTF-8."""

    async def form(self, **limits: Any) -> FormData:  # type: ignore[override]  # for await only
        """Return the parsed form; raises RefusedBody, a 422, for texts that are not UTF-8.

        `limits` are those of Starlette, such as `max_fields`.
        """
        if media_type_of(self) != MULTIPART:
            return await super().form(**limits)
        if self._form is None:
            self._form = await self._multipart_form(**limits)
        return self._form

    async def _multipart_form(self, **limits: Any) -> FormData:
        """Parse the form as Latin-1, in which each byte is one character, and decode its texts."""
        content_type = _as_latin_1(self.headers["content-type"])
        scope = {**self.scope, "headers": [(b"content-type", content_type)]}
        sent = await Request(scope, self.receive).form(**limits)
        faults: list[Fault] = []
        decoded = [_decoded(name, value, faults) for name, value in sent.multi_items()]
        if faults:
            await sent.close()
            raise RefusedBody(Invalid(*faults))
        return FormData(decoded)


def _as_latin_1(content_type: str) -> bytes:
    """Return the content type of a form, with its boundary and the charset Latin-1 only.

    The caller's other parameters are left out: a charset or an open quote among them would decide
    how the texts are read.
    """
    from python_multipart.multipart import parse_options_header  # noqa: PLC0415  see pyproject.toml

    _, parameters = parse_options_header(content_type)
    as_latin_1 = f"{MULTIPART}; charset={_LATIN_1}".encode()
    if (boundary := parameters.get(b"boundary")) is None:
        return as_latin_1
    quoted = boundary.replace(b"\\", rb"\\").replace(b'"', rb"\"")
    return as_latin_1 + b'; boundary="' + quoted + b'"'


def _decoded(
    name: str, value: str | UploadFile, faults: list[Fault]
) -> tuple[str, str | UploadFile]:
    """Return a field of a form with its texts decoded; add a fault for each that is not UTF-8.

    The texts are the name of the field, and its value or the name of its file.
    """
    name = _as_utf8(name, Fault("", NOT_UTF8, "Send the names of fields in UTF-8."), faults)
    pointer = pointer_to(name)
    if isinstance(value, str):
        return name, _as_utf8(value, Fault(pointer, NOT_UTF8), faults)
    fault = Fault(pointer, NOT_UTF8, "Send the name of the file in UTF-8.")
    if value.filename:
        value.filename = _as_utf8(value.filename, fault, faults)
    return name, value


def _as_utf8(text: str, fault: Fault, faults: list[Fault]) -> str:
    """Return the text of which `text` has the bytes; add the fault if these are not UTF-8."""
    try:
        return text.encode(_LATIN_1).decode()
    except UnicodeDecodeError:
        faults.append(fault)
        return text
