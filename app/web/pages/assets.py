"""Serves the static files under a prefix that names their content, so that caches never hold a stale one."""

from __future__ import annotations

import errno
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final
from urllib.parse import quote

import brotli
from fastapi import FastAPI, HTTPException, Request, Response

from app.conv.errors import Message
from app.settings import STATIC
from app.web.api.caching import check_if_match
from app.web.negotiation import choose_encoding, etag_matches

_COMPRESSIBLE: Final = ("text/", "application/json", "image/svg+xml")
_FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, read when first asked for."""

    path: Path

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def brotli(self) -> bytes:
        return bytes(brotli.compress(self.content))

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)

    def encoded(self, accepted: str) -> tuple[bytes, str | None]:
        """The content in the best encoding that `Accept-Encoding` names, where the type gains from one."""
        coding = choose_encoding(accepted, ("br", "gzip"))
        if coding is None or not self.media_type.startswith(_COMPRESSIBLE):
            return self.content, None
        return self.brotli if coding == "br" else self.gzip, coding

    @cached_property
    def media_type(self) -> str:
        guessed = mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"
        if guessed in ("text/javascript", "application/javascript"):
            return "text/javascript; charset=utf-8"
        return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


@cache
def assets() -> dict[str, Asset]:
    """Every static file by its path below `static/`; nothing else can be asked for."""
    files = sorted(path for path in STATIC.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(STATIC).as_posix(): Asset(path) for path in files}


@cache
def version() -> str:
    """A digest over all names and contents."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(f"{name}\0{len(asset.content)}\0".encode() + asset.content)
    return digest.hexdigest()[:12]


def check_bundle() -> None:
    """Raises FileNotFoundError in a checkout whose page is not built."""
    bundle = STATIC / "build" / "workbench.js"
    if not bundle.is_file():
        raise FileNotFoundError(errno.ENOENT, "the page is not built; `make setup` builds it", str(bundle))


def asset_url(path: str) -> str:
    """Raises KeyError for a file that is not there, so that a broken link fails in tests."""
    assets()[path]
    return f"/static/{version()}/{path}"


@cache
def icon_url() -> str:
    """The icon in the address itself: with the headers of an answer it would be five times as large."""
    svg = assets()["icon.svg"].content.decode().strip()
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), " =:/'")


# Also one that is imported for what it does alone; `import(…)` waits until it is called.
_IMPORTED: Final = re.compile(rb'(?:from|import) ?"\./([\w.-]+\.js)"')


@cache
def imported_urls(path: str) -> list[str]:
    """
    The modules that a module of the page imports at once, and theirs, so that the browser can fetch them
    beside it.
    """
    found: dict[str, None] = {}
    waiting = [path]
    while waiting:
        content, folder = assets()[waiting.pop()].content, path.rpartition("/")[0]
        names = (f"{folder}/{name.decode()}" for name in _IMPORTED.findall(content))
        new = [name for name in dict.fromkeys(names) if name not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return [asset_url(name) for name in sorted(found)]


def install(app: FastAPI) -> None:
    app.add_api_route(
        "/static/{digest}/{path:path}",
        _asset,
        methods=["GET", "HEAD"],
        include_in_schema=False,
        name="static",
    )


async def _asset(request: Request, digest: str, path: str) -> Response:
    asset = assets().get(path)
    if asset is None:
        raise HTTPException(404, Message("no_such_file"))
    tag = f'"{version()}"'
    # An older page may still ask under its own digest: it gets what there is, but may not keep it.
    headers = {
        "Cache-Control": _FOREVER if digest == version() else "no-cache",
        "ETag": tag,
        "Vary": "Accept-Encoding",
    }
    check_if_match(request, tag)
    if etag_matches(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=304, headers=headers)
    content, coding = asset.encoded(request.headers.get("Accept-Encoding", ""))
    if coding:
        headers["Content-Encoding"] = coding
    return Response(content, media_type=asset.media_type, headers=headers)
