"""Snapshots over HTTP: each under its own name for ever, so whoever has it need not fetch it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse

from gateway.central import snapshots


def build(folder: Path) -> FastAPI:
    """The site over the snapshots in ``folder``; the ETag is the file's SHA-256."""
    site = FastAPI(title="Anaquel central", docs_url=None, redoc_url=None, openapi_url=None)
    hashes: dict[str, str] = {}

    @site.api_route("/snapshots/{name}", methods=["GET", "HEAD"], response_class=FileResponse)
    async def snapshot(name: str, request: Request) -> Response:
        file = folder / name
        if snapshots.NAME.fullmatch(name) is None or not await asyncio.to_thread(file.is_file):
            hashes.pop(name, None)
            raise HTTPException(404, "there is no such snapshot (any more); read the manifest")
        if name not in hashes:
            hashes[name] = await asyncio.to_thread(snapshots.sha256, file)
        tag = f'"{hashes[name]}"'
        headers = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
        known = request.headers.get("If-None-Match", "")
        if known == "*" or tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
            return Response(status_code=304, headers=headers)
        return FileResponse(file, media_type="application/gzip", headers=headers)

    return site
