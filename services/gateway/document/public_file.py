"""Files that everybody may read: the documents of the API and the parts of its page."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from fastapi import Request
from starlette.responses import Response

from services.gateway.compression import accepts_gzip, is_text
from shared.http.conditional import answer_to_read, entity_tag

_BEST: Final = 9
"""The level of gzip; these files are compressed once and sent often."""


@dataclass(frozen=True)
class PublicFile:
    """The content of a file and the headers of the answers with it."""

    content: bytes
    media_type: str
    headers: Mapping[str, str]

    @cached_property
    def _tag(self) -> str:
        return entity_tag(self.content)

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self.content, _BEST, mtime=0)

    def answer(self, request: Request) -> Response:
        """Return the answer with this file, compressed if the caller prefers that, or 304."""
        if is_text(self.media_type) and accepts_gzip(request.scope["headers"]):
            content = self._compressed
            own = {"Content-Encoding": "gzip", "ETag": f"W/{self._tag}"}
        else:
            content, own = self.content, {"ETag": self._tag}
        response = Response(content, media_type=self.media_type, headers={**self.headers, **own})
        return answer_to_read(request, response)
