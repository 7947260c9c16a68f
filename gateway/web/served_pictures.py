"""Serves article pictures by their hash: an address never changes its picture."""

from __future__ import annotations

import asyncio

from starlette.responses import PlainTextResponse, Response

from gateway.store.picture_files import LARGE, SMALL, PictureFiles

PREFIX = "/pictures"


def address(sha256: str, size: int) -> str:
    """Where a picture is served; ``size`` is one of those we keep."""
    return f"{PREFIX}/{sha256}-{size}.webp"


def both(sha256: str) -> tuple[tuple[str, int], ...]:
    """The addresses of a picture with their widths, small first."""
    return tuple((address(sha256, size), size) for size in (SMALL, LARGE))


async def response(files: PictureFiles, name: str) -> Response:
    """The picture file called ``name``."""
    data = await asyncio.to_thread(files.read, name)
    if data is None:
        return PlainTextResponse("There is no such picture.\n", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(data, headers=headers, media_type="image/webp")
