"""The files of article pictures: two sizes under the hash of what was fetched, in bounded room.

How lately a picture was needed is the time of its files, written once a day at most. All functions
block.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = "pictures"
LARGE, SMALL = 480, 96
_NAME = re.compile(rf"(?P<hash>[0-9a-f]{{64}})-(?:{LARGE}|{SMALL})\.webp")
_TOUCH_S = 86_400.0


class PictureFiles:
    """The pictures below one folder, at most ``max_bytes`` of them."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._bytes = 0

    def open(self) -> None:
        """Make the folder and count what is in it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._bytes = sum(file.stat().st_size for file in self._each())

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more still fit."""
        return self._bytes + size <= self._max_bytes

    def put(self, sha256: str, large: bytes, small: bytes) -> None:
        """Write both sizes of a picture."""
        for size, data in ((SMALL, small), (LARGE, large)):
            path = self._path(f"{sha256}-{size}.webp")
            path.parent.mkdir(exist_ok=True)
            before = path.stat().st_size if path.exists() else 0
            unfinished = path.with_suffix(".tmp")
            unfinished.write_bytes(data)
            unfinished.replace(path)
            self._bytes += len(data) - before

    def large(self, sha256: str) -> bytes | None:
        """The larger form of a picture; None when it is not here."""
        return self.read(f"{sha256}-{LARGE}.webp")

    def read(self, name: str) -> bytes | None:
        """A picture by its file name (``{hash}-480.webp``); None when it is not here."""
        if _NAME.fullmatch(name) is None:
            return None
        path = self._path(name)
        try:
            data = path.read_bytes()
            if time.time() - path.stat().st_mtime > _TOUCH_S:  # noqa: TID251 - the file system's clock
                os.utime(path)
        except FileNotFoundError:
            return None
        return data

    def make_room(self, size: int) -> set[str]:
        """Delete what was not needed for the longest time until ``size`` fits; the hashes gone."""
        gone: set[str] = set()
        latest: dict[str, float] = {}
        for file in self._each():
            sha256 = file.name[:64]
            latest[sha256] = max(latest.get(sha256, 0.0), file.stat().st_mtime)
        for sha256 in sorted(latest, key=lambda one: latest[one]):
            if self.has_room(size):
                break
            self._delete(sha256)
            gone.add(sha256)
        return gone

    def keep_only(self, sha256s: set[str]) -> None:
        """Delete the files of all other pictures, and unfinished ones."""
        for sha256 in {file.name[:64] for file in self._each()} - sha256s:
            self._delete(sha256)
        for unfinished in self._folder.glob("*/*.tmp"):
            unfinished.unlink(missing_ok=True)

    def missing(self, sha256s: Iterable[str]) -> set[str]:
        """Which of these pictures are not here in both sizes."""
        return {
            sha256
            for sha256 in sha256s
            if not all(self._path(f"{sha256}-{size}.webp").exists() for size in (LARGE, SMALL))
        }

    def _delete(self, sha256: str) -> None:
        for size in (LARGE, SMALL):
            path = self._path(f"{sha256}-{size}.webp")
            if path.exists():
                self._bytes -= path.stat().st_size
                path.unlink(missing_ok=True)

    def _each(self) -> Iterator[Path]:
        return (file for file in self._folder.glob("*/*.webp") if _NAME.fullmatch(file.name))

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
