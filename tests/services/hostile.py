"""Bodies that no operation accepts."""

_JSON = "application/json"
_FORM = "multipart/form-data"
_PART = b"--x\r\nContent-Disposition: form-data"

HOSTILE_BODIES = (
    (_JSON, b"[" * 100_000),
    (_JSON, b"9" * 5000),
    (_JSON, b'{"name": NaN}'),
    (_JSON, b'{"name": -Infinity}'),
    (_JSON, rb'{"\ud800": 1}'),
    (_JSON, b'{"name": "\xff"}'),
    (_JSON, '{"name": "王"}'.encode("utf-16")),
    (_JSON, b'{"name": 1, "name": 1}'),
    (_JSON, b'{"name": "a'),
    (_JSON, b"null"),
    (_JSON, b"[]"),
    ("text/plain", b"{}"),
    ("application/x-www-form-urlencoded", b"name=1&" * 2000),
    (_FORM, b"--x"),
    (f"{_FORM}; boundary=x", b"--y\r\n\r\n"),
    (f"{_FORM}; boundary=x", _PART + b"\r\n\r\n1\r\n--x--"),
    (f"{_FORM}; boundary=x", _PART + b'; name="\xff"\r\n'),
)
"""The content type and the bytes of each body."""
