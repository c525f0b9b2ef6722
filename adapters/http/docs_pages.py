"""/docs and /redoc, from assets of our own: nothing is fetched from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

VENDOR = Path(__file__).parent / "static" / "vendor"

# Both pages write their styles into the document; ReDoc searches in a worker made from a blob.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Easy Flow: {title}</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
{body}
</body>
</html>
"""

SWAGGER = _PAGE.format(
    title="API",
    head='<link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">',
    body=(
        '<div id="swagger-ui"></div>\n'
        '<script src="/static/vendor/swagger-ui/swagger-ui-bundle.js"></script>\n'
        '<script src="/static/vendor/swagger-ui/start.js"></script>'
    ),
)

REDOC = _PAGE.format(
    title="API reference",
    head='<link rel="stylesheet" href="/static/vendor/redoc/page.css">',
    body=(
        '<redoc spec-url="/openapi.json" disable-google-font hide-download-button></redoc>\n'
        '<script src="/static/vendor/redoc/redoc.standalone.js"></script>'
    ),
)


def docs_routes() -> list[BaseRoute]:
    """The two pages and the files they load."""

    async def swagger(request: Request) -> Response:
        return _page(SWAGGER)

    async def redoc(request: Request) -> Response:
        return _page(REDOC)

    return [
        Route("/docs", swagger),
        Route("/redoc", redoc),
        Mount("/static/vendor", StaticFiles(directory=VENDOR)),
    ]


def _page(html: str) -> Response:
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})
