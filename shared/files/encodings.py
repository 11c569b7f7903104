"""Find out in which encoding a CSV file is, and never take it for one that it may not be."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from shared.errors import Fault, Invalid
from shared.files.faults import ENCODING
from shared.files.hanzi import is_plausible_chinese

CODECS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16-le",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "windows-1252": "cp1252",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}
"""The encodings that callers can name, and their codecs, which have the same characters and more.

A UTF-16 file without a byte order mark is little-endian if nothing shows the contrary.
"""
SYNONYMS: Final = {"gbk": "gb18030"}
"""Other names of these encodings; earlier releases have stored them with imports."""
_MARKS: Final = {
    codecs.BOM_UTF8: ("utf-8", "utf-8-sig"),
    codecs.BOM_UTF32_LE: ("utf-32", "utf-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "utf-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "utf-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "utf-16"),
}
"""Encodings by their byte order marks; that of UTF-32-LE begins with that of UTF-16-LE."""
_WIDE_CODECS: Final = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_LINE_BREAK: Final = re.compile(r"\r\n?|\n")
_FIRST_OF_THREE_BYTES = "\u0800"
"""The first character that takes three bytes in UTF-8, as Chinese characters do.

The two bytes of a GBK character are often valid as a UTF-8 character of two bytes. Therefore only
characters of three bytes show that a file is UTF-8.
"""
_LOST_CHARACTER: Final = "\ufffd".encode()
"""U+FFFD in a UTF-8 file, which stands for a character that another program could not read."""
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as the error handler `surrogateescape` returns it."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a CSV file is read: the name of its encoding, and the codec that decodes it."""

    encoding: str
    codec: str


def find_decoding(beginning: bytes, requested: str | None) -> Decoding:
    """Return how to read a file that begins with these bytes; raise Invalid if this is unknown.

    A byte order mark comes first, and then the requested encoding. Without both, a file is UTF-8 if
    it is valid UTF-8, UTF-16 if only in this encoding it has lines, and GB 18030 if it then is
    plausible Chinese.
    """
    requested = SYNONYMS.get(requested or "", requested)
    wide = _by_mark(beginning) or _by_line_breaks(beginning)
    if wide is None:
        return _checked(beginning, requested) if requested else _guess(beginning)
    is_marked = _by_mark(beginning) is not None
    if wide.encoding not in CODECS:
        raise _refusal(f"The file is {wide.encoding.upper()}", encoding=wide.encoding)
    if requested in (None, wide.encoding) or is_marked:
        return wide
    raise _refusal(f"The file is {wide.encoding.upper()}, not {requested}", encoding=wide.encoding)


def count_line_breaks(text: str) -> int:
    """Return the number of line breaks in a text: LF, CR LF, or CR as on old Macs."""
    return sum(1 for _ in _LINE_BREAK.finditer(text))


def undecodable(decoding: Decoding, *, line: int) -> Invalid:
    """Return the error for a line that is not in the encoding in which the file is read."""
    return _refusal(
        f"Line {line} is not {decoding.encoding}", encoding=decoding.encoding, line=line
    )


def _decoding(encoding: str) -> Decoding:
    """Return how to read a file in this encoding."""
    return Decoding(encoding, CODECS[encoding])


def _checked(beginning: bytes, requested: str) -> Decoding:
    """Return the requested encoding; raise Invalid for a file that can only be UTF-8.

    Nearly every file is valid in GB 18030, so that a wrong request would falsify all its texts.
    """
    valid, invalid = _count_of_utf8(beginning)
    if requested != "utf-8" and valid and not invalid:
        raise _refusal(f"The file is UTF-8, not {requested}", encoding="utf-8")
    return _decoding(requested)


def _count_of_utf8(beginning: bytes) -> tuple[int, int]:
    """Return the number of characters of three bytes, and that of bytes that are not UTF-8."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(beginning)
    invalid = text.count("\ufffd") - beginning.count(_LOST_CHARACTER)
    return sum(character >= _FIRST_OF_THREE_BYTES for character in text) - invalid, invalid


def _by_mark(beginning: bytes) -> Decoding | None:
    """Return the encoding of a file that begins with a byte order mark."""
    marks = (found for mark, found in _MARKS.items() if beginning.startswith(mark))
    return next((Decoding(*found) for found in marks), None)


def _by_line_breaks(beginning: bytes) -> Decoding | None:
    """Return UTF-16 or UTF-32 for a file without a byte order mark that is in one of these.

    It is recognized by its line breaks and commas: only in the right encoding they are line breaks
    and commas, and no character is NUL.
    """
    for codec in _WIDE_CODECS if b"\x00" in beginning else ():
        text = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
        has_commas = "," in text or b"," not in beginning
        if _LINE_BREAK.search(text) and has_commas and "\x00" not in text:
            return Decoding(codec[: len("utf-16")], codec)
    return None


def _guess(beginning: bytes) -> Decoding:
    """Guess from the beginning of a file whether it is UTF-8 or GB 18030; otherwise raise Invalid.

    A UTF-8 file may contain a few invalid bytes, but most bytes of other files are invalid UTF-8.
    Therefore the guess is UTF-8 if characters of three bytes are more frequent than invalid bytes.
    """
    valid, invalid = _count_of_utf8(beginning)
    if valid > invalid or not invalid:
        return _decoding("utf-8")
    if is_plausible_chinese(codecs.getincrementaldecoder("gb18030")("replace").decode(beginning)):
        return _decoding("gb18030")
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(beginning)
    line = 1 + count_line_breaks(_NOT_UTF8.split(text, maxsplit=1)[0])
    reason = f"Line {line} is not utf-8, and the file is hardly Chinese in gb18030"
    raise _refusal(reason, encoding="utf-8", line=line)


def _refusal(reason: str, *, encoding: str, line: int | None = None) -> Invalid:
    """Return the error for a file whose encoding is another one or unknown."""
    advice = (
        f"{reason}. Set `encoding` to that of the file, one of {{allowed}}, or save it as UTF-8."
    )
    fault = Fault("/file", ENCODING, advice, line=line, encoding=encoding, allowed=list(CODECS))
    return Invalid(fault)
