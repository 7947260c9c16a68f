"""Our own files for browsers: read once, named by their content, kept by browsers for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

OWN_FILES = Path(__file__).with_name("static")
PREFIX = "/static"

_URL = re.compile(r'url\("([^":]+)"\)')
_COMPRESSED = frozenset({".css", ".js", ".svg", ".txt", ".csv", ".wasm"})
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".wasm": "application/wasm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    body: bytes
    compressed: bytes | None
    content_type: str


class StaticFiles:
    """The files of some folders, served from memory under ``/static``.

    A file's address holds a hash of its content, so it never changes; ``url("name")`` in style
    sheets is rewritten to such addresses. Later folders may not hide files of earlier ones.
    """

    def __init__(self, folders: Iterable[Path] = (OWN_FILES,)) -> None:
        self._hrefs: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
        # Style sheets name other files, so their own names are known last.
        for path in sorted(paths, key=lambda path: path.suffix == ".css"):
            self._add(path)

    def href(self, name: str) -> str:
        """The address of a file by its plain name; raises ``KeyError`` for one we do not have."""
        return self._hrefs[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        await self._response(scope)(scope, receive, send)

    def _response(self, scope: Scope) -> Response:
        found = self._files.get(scope["path"].rpartition("/")[2])
        if found is None:
            return PlainTextResponse("There is no such file.\n", 404)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("Files can only be read.\n", 405, {"Allow": "GET, HEAD"})
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        body = found.body
        if found.compressed is not None:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = found.compressed
        return Response(body, headers=headers, media_type=found.content_type)

    def _add(self, path: Path) -> None:
        if path.name in self._hrefs:
            raise ValueError(f"two static files are called {path.name}")
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _URL.sub(self._rewritten, body.decode()).encode()
        mark = hashlib.sha256(body).hexdigest()[:10]
        name = f"{path.stem}.{mark}{path.suffix}"
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
        self._hrefs[path.name] = f"{PREFIX}/{name}"
        self._files[name] = _File(
            body=body,
            compressed=gzip.compress(body, mtime=0) if path.suffix in _COMPRESSED else None,
            content_type=kind,
        )

    def _rewritten(self, match: re.Match[str]) -> str:
        # Relative, so that it also holds below a public path prefix.
        return f'url("{self._hrefs[match[1]].removeprefix(PREFIX + "/")}")'
