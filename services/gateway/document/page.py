"""The page /docs that shows the API with Swagger UI, whose files come from an installed wheel."""

from functools import cache
from importlib.resources import files
from typing import Final

from services.gateway.document.public_file import PublicFile

PAGE: Final = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Patron API</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document itself is at /openapi.json.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START: Final = b"""SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  persistAuthorization: false,
  validatorUrl: null
});
"""
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Inline styles are allowed, as Swagger UI sets them on its elements; inline scripts are not."""

_WHEEL: Final = "fastapi_standalone_docs"
_SHIPPED: Final = {
    "swagger-ui-bundle.js": ("swagger", "text/javascript"),
    "swagger-ui.css": ("swagger", "text/css"),
    "favicon.png": ("fastapi", "image/png"),
}


_CACHED: Final = {"Cache-Control": "public, max-age=3600"}


PAGE_FILE: Final = PublicFile(PAGE, "text/html", SECURITY_HEADERS | {"Cache-Control": "no-cache"})


@cache
def asset(name: str) -> PublicFile | None:
    """Return the file with this name that the page loads, or None if the page has no such file."""
    if name == "start.js":
        return PublicFile(START, "text/javascript", SECURITY_HEADERS | _CACHED)
    if name not in _SHIPPED:
        return None
    folder, media_type = _SHIPPED[name]
    content = (files(_WHEEL) / "static" / folder / name).read_bytes()
    return PublicFile(content, media_type, SECURITY_HEADERS | _CACHED)
