"""Read the elements of an XML document one after another, so that a small file takes little memory.

An element of four bytes, such as `<c/>`, takes hundreds of bytes when it is parsed, and compressed
it takes nearly none. Therefore the number of elements is limited, not only that of bytes.
"""

import io
from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import iterparse
from xml.parsers import expat

from shared.errors import Fault, Invalid
from shared.faults import TOO_LARGE

MAX_ELEMENTS = 200_000
"""Maximal number of elements that are in memory at a time.

A row of 16 384 cells has 50 000 elements, a document with the 64 000 styles of a workbook 200 000.
"""
MAX_ELEMENT_BYTES = 4 * 1024 * 1024
"""Maximal size in bytes of one of the elements that are read one after another."""


def elements_of(stream: IO[bytes], tag: str, *, depth: int) -> Iterator[Any]:
    """Yield each element with this tag; it is emptied before the next one is read.

    `depth` is the number of elements around each of them.

    Raises Invalid if an element or anything between two of them is too large, and ValueError if an
    element with this tag is elsewhere.
    """
    source = _Source(stream)
    parents, in_memory = list[Any](), 0
    for event, element in iterparse(source, ("start", "end")):  # noqa: S314
        if event == "start":
            parents.append(element)
            in_memory += 1
            if in_memory > MAX_ELEMENTS:
                raise _too_many()
            continue
        parents.pop()
        if element.tag != tag:
            continue
        if len(parents) != depth:
            raise ValueError("an element is not where it belongs")
        yield element
        for each in (element, *parents):
            each.clear()
        in_memory = source.unparsed_bytes = 0


def check_elements(document: bytes) -> None:
    """Raise Invalid if a document that is parsed as a whole has too many elements."""
    elements = iterparse(_Source(io.BytesIO(document), max_bytes=len(document)))  # noqa: S314
    for number, (_, element) in enumerate(elements, start=1):
        element.clear()
        if number > MAX_ELEMENTS:
            raise _too_many()


def _too_many() -> Invalid:
    """Return the error for a document of which too many elements would be in memory."""
    advice = "A row or part of this workbook has more than {max} elements; give CSV."
    return Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_ELEMENTS))


class _Source:
    """The bytes of an XML document; `unparsed_bytes` counts those since the last element.

    Reading them raises Invalid if they are too many, and ValueError if the document has a document
    type, which may declare entities: a small document can repeat these a million times.
    """

    def __init__(self, stream: IO[bytes], *, max_bytes: int = MAX_ELEMENT_BYTES) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._is_before_root = True
        self._beginning = expat.ParserCreate()
        self._beginning.StartDoctypeDeclHandler = self._refuse
        self._beginning.StartElementHandler = self._begin
        self.unparsed_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size`."""
        data = self._stream.read(size)
        self.unparsed_bytes += len(data)
        if self.unparsed_bytes > self._max_bytes:
            advice = "A row or text of this workbook is larger than {max} bytes; give CSV."
            raise Invalid(Fault("/file", TOO_LARGE, advice, max=self._max_bytes))
        if self._is_before_root:
            self._beginning.Parse(data)
        return data

    def _refuse(self, *_declaration: object) -> None:
        """Refuse a document type, the only place where entities can be declared."""
        raise ValueError("a document of a workbook has no document type")

    def _begin(self, *_root: object) -> None:
        """Note that the root has begun: no document type can follow."""
        self._is_before_root = False
