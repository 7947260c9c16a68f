"""Snapshots over HTTP."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from pathlib import Path

import httpx

from gateway.central import site, snapshots


def client(folder: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(site.build(folder))
    return httpx.AsyncClient(transport=transport, base_url="http://central")


async def test_a_snapshot_is_served_as_it_is_with_its_hash_as_etag(tmp_path: Path) -> None:
    texts = {("task", "a"): '{"kind":"count"}'}
    file = await asyncio.to_thread(snapshots.write, tmp_path, 7, 1, texts)
    async with client(tmp_path) as shop:
        whole = await shop.get(f"/snapshots/{file.name}")
        tag = whole.headers["etag"]
        head = await shop.head(f"/snapshots/{file.name}")
        again = await shop.get(f"/snapshots/{file.name}", headers={"If-None-Match": f'"x", {tag}'})
        other = await shop.get(f"/snapshots/{file.name}", headers={"If-None-Match": '"x"'})

    assert whole.status_code == other.status_code == 200
    assert whole.content == file.read_bytes()
    assert "content-encoding" not in whole.headers, "the hash is of the packed file"
    assert gzip.decompress(whole.content).count(b"\n") == 2
    assert tag == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    assert (head.headers["etag"], head.content) == (tag, b"")
    assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")


async def test_nothing_else_of_the_folder_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (tmp_path / "1-1.ndjson.gz").write_bytes(b"above")
    (folder / "secret.txt").write_text("secret")
    async with client(folder) as shop:
        for name in ("secret.txt", "..%2F1-1.ndjson.gz", "../1-1.ndjson.gz", "1-1.ndjson.gz", ""):
            answer = await shop.get(f"/snapshots/{name}")
            assert answer.status_code in {404, 307}, name
