"""The feed on disk: snapshots, and the deltas since the newest of them.

``snapshots/`` has the whole feed at some position (the newest counts), ``deltas.ndjson`` what came
since, one delta a line. Whatever shops are told is on disk before. The log also holds deltas from
before the newest snapshot, for shops that are a little behind. All calls block.
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.central import snapshots
from gateway.central.feed import MAX_LOG, Feed, Place, dump
from gateway.errors import AnaquelError
from gateway.feed import digest, messages
from gateway.feed.messages import Accepts, Delta, MessageError

DELTAS: Final = "deltas.ndjson"
SNAPSHOTS: Final = "snapshots"
ACCEPTS: Final = "accepts.json"
MAX_LOG_BYTES = 64 * 2**20
_DAMAGED = (
    "move the folder away: the next publish starts a new epoch, and shops fetch all of it once"
)


class StateError(AnaquelError):
    """The folder cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the log was read: more of it is news, another file means to load all anew."""

    inode: int
    size: int


class StateFolder:
    """One shop's feed in ``folder``, made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.snapshots = folder / SNAPSHOTS
        self._log = folder / DELTAS
        self._accepts = folder / ACCEPTS

    @contextmanager
    def held(self, purpose: str) -> Iterator[None]:
        """Keep other programs with the same purpose out. Raises ``StateError``."""
        try:
            self.snapshots.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / f"{purpose}.lock").open("a")
        except OSError as error:
            raise StateError(f"{self.folder}: cannot be used: {error.strerror}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno != errno.EWOULDBLOCK:
                    raise
                raise StateError(
                    f"{self.folder}: another anaquel central {purpose} works there; "
                    "wait for it, or end it"
                ) from None
            yield

    def is_held(self, purpose: str) -> bool:
        """Whether another program works here with this purpose."""
        try:
            with self.held(purpose):
                return False
        except StateError:
            return True

    def exists(self) -> bool:
        """Whether a feed is kept here."""
        return snapshots.newest(self.snapshots) is not None

    def begin(self, epoch: int) -> None:
        """Start an empty feed where there is none; nothing where there is one."""
        if not self.exists():
            snapshots.replace(self._log, b"")
            snapshots.write(self.snapshots, epoch, 0, {})

    def load(self) -> tuple[Feed, Mark]:
        """The feed as it is kept. Raises ``StateError`` when there is none, or a damaged one."""
        newest = snapshots.newest(self.snapshots)
        if newest is None:
            raise StateError(
                f"{self.folder}: there is no feed yet; anaquel central publish makes it"
            )
        try:
            epoch, seq, texts = _rows(newest)
            deltas, mark = self._read(0)
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
            raise StateError(f"{self.folder}: is damaged ({error}); {_DAMAGED}") from error
        feed = Feed(epoch=epoch)
        before = [delta for delta in deltas if delta.epoch == epoch and delta.seq <= seq]
        # A log that ends before its snapshot would make shops ask for what is between for ever.
        reaches = bool(before) and before[-1].seq == seq
        feed.adopt(epoch=epoch, seq=seq, texts=texts, log=before if reaches else ())
        for delta in deltas[len(before) :]:
            if not feed.take(delta):
                raise StateError(
                    f"{self._log}: seq {delta.seq} does not continue seq {feed.seq}; {_DAMAGED}"
                )
        feed.accepts = self.accepts()
        return feed, mark

    def accepts(self) -> Accepts | None:
        """Up to where everything is meant, whatever a shop's guard thinks of it."""
        try:
            return Accepts.model_validate_json(self._accepts.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StateError(
                f"{self._accepts}: cannot be used; delete it, then accept again with --accept"
            ) from error

    def accept(self, feed: Feed) -> None:
        """Say with every manifest that all up to now is meant. Raises ``StateError``."""
        feed.accept()
        if feed.accepts is not None:
            content = messages.dump(feed.accepts)
            try:
                snapshots.replace(self._accepts, content)
            except OSError as error:
                raise StateError(f"{self._accepts}: cannot be written: {error.strerror}") from error

    def append(self, deltas: list[Delta]) -> None:
        """Return when the deltas are on disk. Raises ``StateError``."""
        try:
            with self._log.open("r+b") as file:
                file.truncate(_whole(file.read()))
                file.seek(0, os.SEEK_END)
                file.write(b"".join(dump(delta) + b"\n" for delta in deltas))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StateError(
                f"{self._log}: cannot be written: {error.strerror}; nothing was published"
            ) from error

    def is_long(self) -> bool:
        """Whether the log wants to be shortened by ``rebase``."""
        content = self._log.read_bytes()
        return len(content) > MAX_LOG_BYTES or content.count(b"\n") > MAX_LOG

    def rebase(self, feed: Feed, *, keep_log: bool = True) -> None:
        """Write a snapshot of now, and a short log or none. Raises ``StateError``."""
        try:
            snapshots.write(self.snapshots, feed.epoch, feed.seq, feed.texts())
            lines = self._log.read_bytes().splitlines(keepends=True)[-MAX_LOG // 5 :]
            snapshots.replace(self._log, b"".join(lines) if keep_log else b"")
        except OSError as error:
            raise StateError(
                f"{self.folder}: cannot be written: {error.strerror}; nothing was published"
            ) from error

    def news(self, mark: Mark) -> tuple[list[Delta], Mark] | None:
        """The deltas since ``mark``; None when all is to be loaded anew."""
        found = self._log.stat()
        if found.st_ino != mark.inode or found.st_size < mark.size:
            return None
        if found.st_size == mark.size:
            return [], mark
        try:
            return self._read(mark.size)
        except ValueError:
            return None

    def _read(self, start: int) -> tuple[list[Delta], Mark]:
        """The whole lines from ``start`` on; one that is cut short was never published."""
        with self._log.open("rb") as file:
            inode = os.fstat(file.fileno()).st_ino
            file.seek(start)
            content = file.read()
        whole = _whole(content)
        lines = content[:whole].splitlines()
        return [_delta(line) for line in lines], Mark(inode=inode, size=start + whole)


def _delta(line: bytes) -> Delta:
    return Delta.model_validate(messages.load(line))


def _whole(content: bytes) -> int:
    return content.rfind(b"\n") + 1


def _rows(file: Path) -> tuple[int, int, dict[Place, str]]:
    with gzip.open(file, "rb") as lines:
        head = json.loads(lines.readline())
        texts: dict[Place, str] = {}
        for line in lines:
            row = messages.load(line)
            texts[row["kind"], row["key"]] = digest.canonical(row["value"])
    if len(texts) != head["rows"]:
        raise MessageError("rows", f"{file.name} has {len(texts)} rows, not {head['rows']}")
    return head["epoch"], head["seq"], texts
