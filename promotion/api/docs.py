"""GET /docs: the API in one page that needs nothing from elsewhere.

Swagger UI's own files, of the package swagger-ui-py, stand in the page together with the OpenAPI
document. What the page may run and whom it may ask is said by its Content-Security-Policy: its own
two scripts, by their hashes, and this service.
"""

import base64
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

from promotion.api.openapi import document

# Whoever opened the page with a function key in its address has it sent with what they try out.
_START: Final = """\
const ui = SwaggerUIBundle({
  spec: JSON.parse(document.getElementById("openapi").textContent),
  dom_id: "#page",
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  validatorUrl: null,
  onComplete: () => {
    const code = new URLSearchParams(location.search).get("code");
    if (code) ui.preauthorizeApiKey("key", code);
  }
});"""

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Promotion of Azure ML models</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="openapi">{document}</script>
<script>{bundle}</script>
<script>{start}</script>
</body>
</html>
"""


@cache
def page() -> tuple[str, Mapping[str, str]]:
    """The page and its headers."""
    style = _file("swagger-ui.css").replace("</style", "<\\/style")
    bundle = in_script(_file("swagger-ui-bundle.js"))
    text = _PAGE.format(
        style=style,
        document=in_json(json.loads(document())),
        bundle=bundle,
        start=_START,
    )
    return text, MappingProxyType({"Content-Security-Policy": _policy(bundle, _START)})


def in_json(content: object) -> str:
    """``content`` as JSON in which nothing can end the element around it."""
    return json.dumps(content).replace("<", "\\u003c")


def in_script(script: str) -> str:
    """``script`` with no text that HTML would take for the end, or the beginning, of a script.

    In strings and regular expressions, the only places for such text, this means the same.
    """
    for mark in ("</script", "<script", "<!--"):
        script = script.replace(mark, "\\x3c" + mark[1:])
    return script


def _policy(*scripts: str) -> str:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            # Swagger UI sets styles of single elements; a style can run nothing.
            "style-src 'unsafe-inline'",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    # Found without importing the package, which brings web frameworks that nobody needs here.
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package swagger-ui-py is not installed")
    folder = Path(spec.submodule_search_locations[0])
    return (folder / "static" / name).read_text(encoding="utf-8")
