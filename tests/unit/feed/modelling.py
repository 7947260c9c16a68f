"""Central and shop as dictionaries: what the feed's state machine is held against."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import count
from typing import Any

from gateway.feed import asking, digest, sync
from gateway.feed.actions import Action, Apply, Ask, Fetch, Mend, Refuse
from gateway.feed.messages import Change, Delta, Manifest, Reply, Request, SnapshotRef
from gateway.feed.repair import Page

PATIENCE = asking.Patience(gap_s=2.0, answer_s=10.0, answer_max_s=60.0)
STEP_S = 2.5
PAGE = 3
KIND = "k"
BUCKET = digest.bucket_of(KIND, "0")


def _same_bucket(wanted: int) -> list[str]:
    """Keys that all fall into one bucket, so that its rows need several pages."""
    found: list[str] = []
    for number in count():
        if len(found) == wanted:
            return found
        if digest.bucket_of(KIND, str(number)) == BUCKET:
            found.append(str(number))
    raise AssertionError


KEYS = sorted(["a", "b", "c", *_same_bucket(8)])


def digest_of(rows: dict[str, Any]) -> str:
    return buckets_of(rows).digest()


def buckets_of(rows: dict[str, Any]) -> digest.Buckets:
    buckets = digest.Buckets()
    for key, value in rows.items():
        hashed = digest.row_hash(KIND, key, digest.canonical(value))
        buckets.toggle(digest.bucket_of(KIND, key), hashed)
    return buckets


class ModelCentral:
    """Central as a dictionary and a log that it may merge and forget."""

    def __init__(self) -> None:
        self.epoch = 1
        self.seq = 0
        self.rows: dict[str, Any] = {}
        self.log: list[Delta] = []
        self.history: dict[tuple[int, int], dict[str, Any]] = {(0, 0): {}, (1, 0): {}}

    def change(self, *changes: tuple[str, int | None]) -> Delta:
        for key, value in changes:
            if value is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = value
        prev, self.seq = self.seq, self.seq + 1
        told = [Change(kind=KIND, key=key, value=value) for key, value in changes]
        delta = Delta(epoch=self.epoch, prev_seq=prev, seq=self.seq, changes=told)
        self.log.append(delta)
        self.history[self.epoch, self.seq] = dict(self.rows)
        return delta

    def merge_log(self, first: int, last: int) -> Delta | None:
        """Make one delta of some of the log: each key once, with its last value."""
        merged = self.log[first:last]
        if not merged:
            return None
        changes = {one.key: one for delta in merged for one in delta.changes}
        whole = Delta(
            epoch=self.epoch,
            prev_seq=merged[0].prev_seq,
            seq=merged[-1].seq,
            changes=list(changes.values()),
        )
        self.log[first:last] = [whole]
        return whole

    def forget_log(self) -> None:
        self.log.clear()

    def new_epoch(self) -> None:
        self.epoch += 1
        self.seq = 0
        self.log.clear()
        self.history[self.epoch, self.seq] = dict(self.rows)

    def manifest(self) -> Manifest:
        oldest = self.log[0].prev_seq if self.log else self.seq
        ref = SnapshotRef(seq=self.seq, url="file:///s", sha256="0" * 64, bytes=1, rows=1)
        return Manifest(
            epoch=self.epoch,
            seq=self.seq,
            min_delta_seq=oldest,
            digest=digest_of(self.rows),
            snapshot=ref,
            issued_at="now",
        )

    def answer(self, request: Request) -> Reply:
        if request.want == "manifest":
            return Reply(id=request.id, manifest=self.manifest())
        if request.epoch != self.epoch:
            return Reply(id=request.id, error="unknown_epoch")
        at = Reply(id=request.id, epoch=self.epoch, seq=self.seq)
        if request.want == "buckets":
            return at.model_copy(update={"buckets": buckets_of(self.rows).packed().hex()})
        if request.want == "rows":
            return self._rows(request, at)
        after = request.after_seq or 0
        if after < (self.log[0].prev_seq if self.log else self.seq):
            return Reply(id=request.id, error="gone")
        waiting = [delta for delta in self.log if delta.seq > after]
        return at.model_copy(update={"deltas": waiting[:PAGE], "more": len(waiting) > PAGE})

    def _rows(self, request: Request, at: Reply) -> Reply:
        least = "" if request.after is None else request.after.key
        found = [
            Change(kind=KIND, key=key, value=value)
            for key, value in sorted(self.rows.items())
            if key > least and digest.bucket_of(KIND, key) == request.bucket
        ]
        return at.model_copy(update={"rows": found[:PAGE], "more": len(found) > PAGE})


class ModelShop:
    """A shop that carries out what the state machine says, on a dictionary.

    ``spoilt`` are the keys whose rows went wrong here and are not mended yet.
    """

    def __init__(self, central: ModelCentral) -> None:
        self.central = central
        self._rng = random.Random(1)
        self.sync = self._machine(0, 0)
        self.rows: dict[str, Any] = {}
        self.written: dict[str, int] = {}
        self.spoilt: set[str] = set()
        self.digests = digest.Digests()
        self.digests.remember(0, 0)
        self.asked: list[Request] = []
        self.fetching: Fetch | None = None
        self.positions = [(0, 0)]
        self.now = 0.0

    def carry_out(self, actions: list[Action]) -> None:
        while actions:
            action, *actions = actions
            match action:
                case Apply(delta=delta):
                    for change in delta.changes:
                        self.write(change.key, change.value, delta.seq)
                    actions += self.moved(delta.epoch, delta.seq)
                case Mend(page=page):
                    self.mend(page)
                    actions += self.sync.mended(page, self.now)
                case Fetch():
                    self.fetching = action
                case Ask(request=request):
                    self.asked.append(request)
                case Refuse():
                    pass

    def mend(self, page: Page) -> None:
        """Make the rows in the page's range central's."""
        least = "" if page.after is None else page.after.key
        theirs = {row.key: row.value for row in page.rows}
        ours = {key for key in self.rows if digest.bucket_of(KIND, key) == page.bucket}
        for key in ours | set(theirs):
            in_range = key > least and (page.through is None or key <= page.through.key)
            if in_range and (KIND, key) not in page.newer:
                self.write(key, theirs.get(key), page.seq)
        self._forget_digests()

    def fetched(self, only: Iterable[str] | None = None) -> None:
        """The snapshot under way is merged, or fails after ``only`` these keys."""
        assert self.fetching is not None
        fetch, self.fetching = self.fetching, None
        epoch, seq = fetch.manifest.epoch, fetch.manifest.snapshot.seq
        rows = self.central.history[epoch, seq]
        for key in KEYS if only is None else only:
            if fetch.replace_all or self.written.get(key, 0) <= seq:
                self.write(key, rows.get(key), seq)
                if only is not None:
                    self.spoilt.add(key)
        if only is None:
            self.spoilt.clear()
            self._forget_digests()
            self.carry_out(self.moved(epoch, seq))
        else:
            self._forget_digests()
            self.carry_out(self.sync.fetch_failed("cut off", self.now))

    def spoil(self, key: str, value: int | None) -> None:
        """A row goes wrong behind everybody's back; the next start counts what is there."""
        if value is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = value
            self.written.setdefault(key, self.sync.seq)
        self.spoilt.add(key)
        self.restart()

    def restart(self) -> None:
        epoch, seq = self.positions[-1]
        self.sync = self._machine(epoch, seq)
        self.fetching = None
        self._forget_digests()

    def write(self, key: str, value: Any, seq: int) -> None:
        self.spoilt.discard(key)
        if value is None:
            self.rows.pop(key, None)
            self.written.pop(key, None)
        else:
            self.rows[key] = value
            self.written[key] = seq

    def moved(self, epoch: int, seq: int) -> list[Action]:
        assert (epoch, seq) >= self.positions[-1], "a position never goes back"
        self.positions.append((epoch, seq))
        self.digests.buckets = buckets_of(self.rows)
        self.digests.remember(epoch, seq)
        return self.sync.applied(epoch, seq, self.now)

    def _forget_digests(self) -> None:
        self.digests = digest.Digests(buckets_of(self.rows))
        self.digests.remember(*self.positions[-1])

    def hear_manifest(self, manifest: Manifest) -> None:
        ours = self.digests.digest_at(manifest.epoch, manifest.seq)
        self.carry_out(self.sync.manifest(manifest, self.now, ours))

    def hear_reply(self, reply: Reply) -> None:
        known = reply.manifest
        ours = self.digests.digest_at(known.epoch, known.seq) if known is not None else None
        buckets = self.digests.buckets_at(reply.epoch or 0, reply.seq or 0)
        self.carry_out(self.sync.reply(reply, self.now, ours, our_buckets=buckets))

    def pass_time(self) -> None:
        self.now += STEP_S
        self.carry_out(self.sync.tick(self.now))

    def settle(self) -> None:
        """A calm hour: the manifest comes regularly, everything asked for is answered."""
        for step in range(100):
            if self.fetching is not None:
                self.fetched()
            if step % 20 == 0:
                self.hear_manifest(self.central.manifest())
            while self.asked:
                self.hear_reply(self.central.answer(self.asked.pop(0)))
            self.pass_time()

    def _machine(self, epoch: int, seq: int) -> sync.Sync:
        # No request of one start has the id of one before.
        return sync.Sync(epoch=epoch, seq=seq, patience=PATIENCE, rng=self._rng)
