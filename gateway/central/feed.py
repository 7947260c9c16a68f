"""One shop's feed as central has it in memory: rows, their digest, and deltas to replay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.domain.rows import Row
from gateway.feed import digest
from gateway.feed.messages import Accepts, Change, Delta, Manifest, Reply, Request, SnapshotRef

MAX_LOG = 5_000
_PAGE_CHANGES = 1_000
_PAGE_BYTES = 200_000
_DELTA_CHANGES = 200
_DELTA_BYTES = 150_000
_CHANGE_OVERHEAD = 300

Place = tuple[str, str]
"""Kind and key of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    text: str
    hash: bytes


class Feed:
    """Rows under a position (epoch, seq); no I/O."""

    def __init__(self, *, epoch: int) -> None:
        self.epoch = epoch
        self.seq = 0
        self.accepts: Accepts | None = None
        self._rows: dict[Place, _Kept] = {}
        self._buckets = digest.Buckets()
        self._log: list[Delta] = []

    @property
    def digest(self) -> str:
        """The digest of all rows as they are now."""
        return self._buckets.digest()

    @property
    def oldest_delta(self) -> int:
        """The lowest position from which deltas can be replayed."""
        return self._log[0].prev_seq if self._log else self.seq

    @property
    def log(self) -> tuple[Delta, ...]:
        """The deltas that can be replayed."""
        return tuple(self._log)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def texts(self) -> dict[Place, str]:
        """A copy of all rows: the canonical JSON of their values."""
        return {place: kept.text for place, kept in self._rows.items()}

    def adopt(
        self, *, epoch: int, seq: int, texts: Mapping[Place, str], log: Iterable[Delta] = ()
    ) -> None:
        """Be the feed that was kept elsewhere, whatever this one was."""
        self.epoch, self.seq = epoch, seq
        self._rows = {
            place: _Kept(text=text, hash=digest.row_hash(*place, text))
            for place, text in texts.items()
        }
        self._buckets = digest.Buckets()
        self._buckets.toggle_all(
            (digest.bucket_of(*place), kept.hash) for place, kept in self._rows.items()
        )
        self._log = list(log)[-MAX_LOG:]

    def load(self, new: Iterable[Row]) -> None:
        """Put rows in without telling shops one by one; the next snapshot has them."""
        self.change(Change(kind=row.kind, key=row.key, value=row.value) for row in new)
        self._log.clear()

    def change(self, changes: Iterable[Change]) -> list[Delta]:
        """Write changes and return the deltas that tell of them, not yet published."""
        deltas: list[Delta] = []
        batch: list[Change] = []
        size = 0
        for change in changes:
            length = self._write(change) + _CHANGE_OVERHEAD
            if batch and (len(batch) == _DELTA_CHANGES or size + length > _DELTA_BYTES):
                deltas.append(self._delta(batch))
                batch, size = [], 0
            batch.append(change)
            size += length
        if batch:
            deltas.append(self._delta(batch))
        self._remember(deltas)
        return deltas

    def accept(self, through: int | None = None) -> None:
        """Say from the next manifest on that all up to ``through`` is meant; None: up to now.

        Held rows go into force, and a shop that is behind holds nothing of it. A ``through`` ahead
        of us switches the guard off until we get there.
        """
        self.accepts = Accepts(epoch=self.epoch, seq=self.seq if through is None else through)

    def take(self, delta: Delta) -> bool:
        """Write a delta that was numbered elsewhere; False where it does not continue this feed."""
        if (delta.epoch, delta.prev_seq) != (self.epoch, self.seq):
            return False
        for change in delta.changes:
            self._write(change)
        self.seq = delta.seq
        self._remember([delta])
        return True

    def replay(self, request: Request) -> Reply:
        """The answer to a request for deltas, buckets or rows, a page at most, or an error."""
        if request.epoch != self.epoch:
            return Reply(id=request.id, error="unknown_epoch")
        if request.want == "buckets":
            packed = self._buckets.packed().hex()
            return Reply(id=request.id, epoch=self.epoch, seq=self.seq, buckets=packed)
        if request.want == "rows":
            return self._rows_of(request)
        after = request.after_seq or 0
        if request.want != "deltas" or after < self.oldest_delta:
            return Reply(id=request.id, error="gone")
        page: list[Delta] = []
        changes = size = 0
        waiting = [delta for delta in self._log if delta.seq > after]
        for delta in waiting:
            changes += len(delta.changes)
            # As text inside a signed form, where quotes are escaped.
            size += len(json.dumps(dump(delta).decode()))
            if page and (changes > _PAGE_CHANGES or size > _PAGE_BYTES):
                break
            page.append(delta)
        more = len(page) < len(waiting)
        return Reply(id=request.id, epoch=self.epoch, seq=self.seq, deltas=page, more=more)

    def manifest(self, snapshot: SnapshotRef, at: datetime) -> Manifest:
        """Where the feed is, with a snapshot that a shop may fetch."""
        return Manifest(
            epoch=self.epoch,
            seq=self.seq,
            min_delta_seq=min(self.oldest_delta, snapshot.seq),
            digest=self.digest,
            snapshot=snapshot,
            accepts=self.accepts,
            issued_at=at.isoformat(),
        )

    def _rows_of(self, request: Request) -> Reply:
        """A page of a bucket's rows, in the order of their kinds and keys."""
        least = ("", "") if request.after is None else (request.after.kind, request.after.key)
        places = sorted(
            place
            for place in self._rows
            if place > least and digest.bucket_of(*place) == request.bucket
        )
        page: list[Change] = []
        size = 0
        for kind, key in places:
            text = self._rows[kind, key].text
            size += len(json.dumps(text)) + _CHANGE_OVERHEAD
            if page and (len(page) == _PAGE_CHANGES or size > _PAGE_BYTES):
                break
            page.append(Change(kind=kind, key=key, value=json.loads(text)))
        more = len(page) < len(places)
        return Reply(id=request.id, epoch=self.epoch, seq=self.seq, rows=page, more=more)

    def _write(self, change: Change) -> int:
        """Write one row; returns how many characters of JSON its value has."""
        place = (change.kind, change.key)
        bucket = digest.bucket_of(*place)
        old = self._rows.pop(place, None)
        if old is not None:
            self._buckets.toggle(bucket, old.hash)
        if change.value is None:
            return 0
        text = digest.canonical(change.value)
        kept = _Kept(text=text, hash=digest.row_hash(*place, text))
        self._rows[place] = kept
        self._buckets.toggle(bucket, kept.hash)
        # As JSON escapes it for the wire: at most six characters for one.
        return len(json.dumps(text))

    def _delta(self, changes: list[Change]) -> Delta:
        prev_seq, self.seq = self.seq, self.seq + 1
        return Delta(epoch=self.epoch, prev_seq=prev_seq, seq=self.seq, changes=changes)

    def _remember(self, deltas: list[Delta]) -> None:
        self._log += deltas
        del self._log[:-MAX_LOG]


def dump(message: Delta | Reply) -> bytes:
    """A delta or reply as it goes out: members that are None stay out, tombstones stay in."""
    body: dict[str, Any] = message.model_dump()
    return json.dumps(
        {name: member for name, member in body.items() if member is not None}
    ).encode()
