"""The page that shows what is answered, from files of this machine alone: Swagger UI, as Flask-AppBuilder brings it."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

_PARTS = {
    "swagger-ui.js": ("js/swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("css/swagger/swagger-ui.css", "text/css"),
}
_START = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null})"
_HTML = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Clientele: one customer, now</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="page/swagger-ui.css">
</head>
<body><div id="page"></div><script src="page/swagger-ui.js"></script><script>{_START}</script></body>
</html>
"""


def add_page(app: FastAPI) -> None:
    """Add `/` and what it loads."""

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(_HTML)

    @app.get("/page/{name}", include_in_schema=False)
    def part(name: str) -> Response:
        if name not in _PARTS:
            return Response(status_code=404)
        place, kind = _PARTS[name]
        content = (files("flask_appbuilder") / "static" / "appbuilder" / place).read_bytes()
        return Response(content, media_type=kind, headers={"cache-control": "private, max-age=3600"})
