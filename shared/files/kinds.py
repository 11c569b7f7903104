"""Recognize files that are no tables of text, to tell people what they have sent."""

import re
from collections.abc import Collection
from typing import BinaryIO, Final

from shared.errors import Fault, Invalid
from shared.files.faults import OTHER_KIND, PASSWORD

_OLE_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a file of old Office programs, and of each file with a password."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name of the part of an OLE file that is an encrypted workbook."""
_SIGNATURES: Final = {
    b"%PDF-": "PDF",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"(\xb5/\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x89PNG\r\n": "an image",
    b"\xff\xd8\xff": "an image",
    b"{\\rtf": "RTF",
    b"SQLite format 3\x00": "SQLite",
    b"PAR1": "Parquet",
}
"""Kinds of files by their first bytes."""
_ARCHIVES: Final = {
    "xl/workbook.bin": "a binary Excel workbook (.xlsb)",
    "word/document.xml": "a Word document (.docx)",
    "ppt/presentation.xml": "a presentation (.pptx)",
    "Index/Document.iwa": "a Numbers document (.numbers)",
    "Index.zip": "a Numbers document (.numbers)",
    "index.xml": "a Numbers document (.numbers)",
    "content.xml": "an OpenDocument file (.ods)",
}
"""Kinds of ZIP archives by a file in them."""
_XML_SPREADSHEET: Final = re.compile(
    rb"urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet"
)
_HTML: Final = re.compile(rb"<(?:!doctype|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_SEARCHED_BYTES: Final = 1024 * 1024


def refuse_other_kinds(stream: BinaryIO, beginning: bytes) -> None:
    """Raise Invalid, with the kind of the file, if it is neither text nor a ZIP archive."""
    if beginning.startswith(_OLE_SIGNATURE):
        if _contains(stream, _ENCRYPTED):
            raise Invalid(Fault("/file", PASSWORD))
        raise _refusal("an old Excel workbook (.xls)")
    for signature, kind in _SIGNATURES.items():
        if beginning.startswith(signature):
            raise _refusal(kind)
    text = beginning.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if text.startswith(b"<"):
        _refuse_markup(text)


def refuse_other_archives(names: Collection[str]) -> None:
    """Raise Invalid if a ZIP archive with these files is no XLSX workbook."""
    for name, kind in _ARCHIVES.items():
        if name in names:
            raise _refusal(kind)
    if "[Content_Types].xml" not in names:
        raise _refusal("a ZIP archive")


def _refuse_markup(text: bytes) -> None:
    """Raise Invalid if a text that begins with `<` is HTML or XML."""
    if _XML_SPREADSHEET.search(text[:4096]):
        raise _refusal("an XML spreadsheet 2003")
    if _HTML.match(text) or (text.startswith((b"<?xml", b"<!--")) and _HTML.search(text[:4096])):
        raise _refusal("HTML")
    if text.startswith(b"<?xml"):
        raise _refusal("XML")


def _contains(stream: BinaryIO, wanted: bytes) -> bool:
    """Return whether these bytes are anywhere in a stream, which is read to its end."""
    overlap = b""
    while piece := stream.read(_SEARCHED_BYTES):
        if wanted in overlap + piece:
            return True
        overlap = piece[-len(wanted) :]
    return False


def _refusal(kind: str) -> Invalid:
    """Return the error for a file of this kind."""
    return Invalid(Fault("/file", OTHER_KIND, found=kind))
