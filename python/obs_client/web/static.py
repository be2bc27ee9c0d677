"""Files that pages load: our own style and script, and plotly.js as the Python package carries it. No CDN."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import re
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from .options import ConfigError

_HERE = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


def plotly_file() -> Path:
    """plotly.min.js of the package; the package itself is not imported, which takes a second."""
    found = importlib.util.find_spec("plotly")
    file = Path(found.origin).parent / "package_data/plotly.min.js" if found and found.origin else None
    if file is None or not file.exists():
        raise ConfigError("the pages need the package plotly: pip install '.[web]' in the source tree")
    return file


def _files() -> dict[str, Path]:
    return {path.name: path for path in _HERE.iterdir()} | {"plotly.min.js": plotly_file()}


@lru_cache
def version_of(name: str) -> str:
    """Part of the address, so that a browser may keep the file for ever."""
    return hashlib.sha256(_files()[name].read_bytes()).hexdigest()[:12]


@lru_cache
def style_marks() -> tuple[str, ...]:
    """Ids of elements that plotly.js looks for before it writes a style element, which the policy would refuse."""
    found = re.findall(rb'if\(!document\.getElementById\("([0-9a-f]{64})"\)\)', plotly_file().read_bytes())
    return tuple(sorted({mark.decode() for mark in found}))


@lru_cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


def router() -> APIRouter:
    made = APIRouter()

    @made.get("/static/{version}/{name}", include_in_schema=False)
    def file(version: str, name: str, request: Request) -> Response:
        path = _files().get(name)
        if path is None or path.suffix not in _TYPES:
            return Response("There is no such file.", 404, media_type="text/plain")
        kept = _FOREVER if version == version_of(name) else "no-cache"
        headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(_packed(path), headers=headers, media_type=_TYPES[path.suffix])
        return Response(path.read_bytes(), headers=headers, media_type=_TYPES[path.suffix])

    return made
