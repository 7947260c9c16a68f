"""Snapshots: fetched from allowed places, proven by hash, read line by line."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pydantic

from gateway.feed import messages
from gateway.feed.messages import Manifest, SnapshotHead, SnapshotRef
from gateway.settings import Feed

MAX_ROWS = 2_000_000
_CHUNK = 256 * 1024
_FETCH_S = 300.0
_SLOWEST_BYTES_S = 8_000
"""A large file over a mobile line in the stockroom takes its time; one that stands still is cut."""


class SnapshotError(Exception):
    """The snapshot cannot be had or trusted; the message says why."""


async def fetch(ref: SnapshotRef, feed: Feed, folder: Path) -> Path:
    """The snapshot's gzip file, checked against size and hash, in ``folder``.

    Raises ``SnapshotError``.
    """
    target = folder / "snapshot.ndjson.gz"
    try:
        await _fetch_to(target, ref, feed)
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        await asyncio.to_thread(target.unlink, missing_ok=True)
        raise SnapshotError(f"{ref.url[:200]}: {str(error) or 'took too long'}") from error
    except SnapshotError:
        await asyncio.to_thread(target.unlink, missing_ok=True)
        raise
    return target


async def _fetch_to(target: Path, ref: SnapshotRef, feed: Feed) -> None:
    parts = urlsplit(ref.url)
    if parts.scheme == "file":
        await asyncio.to_thread(_copy_file, parts.path, feed, target, ref)
    elif parts.scheme in {"http", "https"} and parts.hostname in feed.snapshot_hosts:
        async with asyncio.timeout(_FETCH_S + ref.bytes / _SLOWEST_BYTES_S):
            await _download(ref, target)
    else:
        raise SnapshotError(
            f"{ref.url[:200]}: not from an allowed place; add its host to [feed] snapshot_hosts"
        )


def read(path: Path, manifest: Manifest) -> Iterator[tuple[str, str, Any]]:
    """The (kind, key, value) of the file's rows; blocks. Raises ``SnapshotError``."""
    try:
        with gzip.open(path, "rb") as file:
            head = SnapshotHead.model_validate(messages.load(_line(file, 1)))
            if (head.epoch, head.seq) != (manifest.epoch, manifest.snapshot.seq):
                raise SnapshotError(
                    f"the file is of epoch {head.epoch} seq {head.seq}, the manifest says "
                    f"{manifest.epoch} and {manifest.snapshot.seq}"
                )
            count = 0
            for line in _lines(file):
                count += 1
                yield messages.row(line)
            if count != head.rows:
                raise SnapshotError(f"the file has {count} rows, its first line says {head.rows}")
    except (OSError, EOFError, zlib.error, messages.MessageError) as error:
        raise SnapshotError(f"the snapshot cannot be read: {error}") from error
    except pydantic.ValidationError as error:
        problem = error.errors()[0]
        raise SnapshotError(f"the snapshot has a bad row: {problem['msg']}") from error


def _lines(file: gzip.GzipFile) -> Iterator[bytes]:
    for number in range(2, MAX_ROWS + 3):
        line = _line(file, number)
        if not line:
            return
        yield line
    raise SnapshotError(f"the snapshot has more than {MAX_ROWS:,} rows")


def _line(file: gzip.GzipFile, number: int) -> bytes:
    line = file.readline(messages.MAX_BYTES + 1)
    if len(line) > messages.MAX_BYTES:
        raise SnapshotError(f"line {number} is longer than {messages.MAX_BYTES} bytes")
    return line


def _allowed_file(path: str, feed: Feed) -> Path:
    folder = feed.snapshot_folder
    if folder is None:
        raise SnapshotError(f"{path}: files are taken only below [feed] snapshot_folder; set it")
    file = Path(unquote(path)).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise SnapshotError(f"{path}: is not below [feed] snapshot_folder ({folder})")
    return file


def _copy_file(path: str, feed: Feed, target: Path, ref: SnapshotRef) -> None:
    with _allowed_file(path, feed).open("rb") as source:
        _save(iter(lambda: source.read(_CHUNK), b""), target, ref)


async def _download(ref: SnapshotRef, target: Path) -> None:
    received = _Received(ref)
    async with (
        httpx.AsyncClient(timeout=30.0, follow_redirects=False) as client,
        client.stream("GET", ref.url) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise SnapshotError(f"{ref.url}: answered {answer.status_code}")
        with await asyncio.to_thread(target.open, "wb") as file:
            async for chunk in answer.aiter_raw(_CHUNK):
                received.take(chunk)
                await asyncio.to_thread(file.write, chunk)
    received.check()


def _save(chunks: Iterator[bytes], target: Path, ref: SnapshotRef) -> None:
    received = _Received(ref)
    with target.open("wb") as file:
        for chunk in chunks:
            received.take(chunk)
            file.write(chunk)
    received.check()


class _Received:
    """What came in so far, never more than announced."""

    def __init__(self, ref: SnapshotRef) -> None:
        self._ref = ref
        self._size = 0
        self._hash = hashlib.sha256()

    def take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._ref.bytes:
            raise SnapshotError(f"{self._ref.url}: is larger than the {self._ref.bytes} announced")
        self._hash.update(chunk)

    def check(self) -> None:
        if self._size != self._ref.bytes or self._hash.hexdigest() != self._ref.sha256:
            raise SnapshotError(f"{self._ref.url}: is not the file that was announced (SHA-256)")
