"""How the replica follows central: a state machine without I/O.

The position (epoch, seq) moves only forward, and only together with the rows (``applied``). A
delta that continues the position is applied; one from the future waits in a bounded buffer; a
manifest says how far central is. While we are behind and the position has not moved for a while,
one request is outstanding: first for the missing deltas, page after page, and for a snapshot when
central no longer has them, when the epoch rose, or when equal positions have unequal digests.
Whatever is dropped here (too much to buffer, a lost answer) is recovered by asking, because the
position stays where it was.

Time is given in monotonic seconds. Every input returns the actions to carry out, in order.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field

from gateway.feed.messages import Delta, Manifest, Reply, Request

MAX_BUFFERED_CHANGES = 100_000
_FETCH_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Write these changes and the new position together, then call ``applied``."""

    delta: Delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetch and merge this snapshot, then call ``applied`` or ``fetch_failed``."""

    manifest: Manifest
    replace_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Publish this request."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The message is refused whole."""

    code: str
    message: str


Action = Apply | Fetch | Ask | Refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for a gap to close, for an answer, and at most."""

    gap_s: float = 2.0
    answer_s: float = 10.0
    answer_max_s: float = 300.0


@dataclass(slots=True)
class _Asked:
    request: Request
    again_at: float


@dataclass(slots=True)
class Sync:
    """The state machine of one source; see the module's theory."""

    epoch: int
    seq: int
    patience: Patience = field(default_factory=Patience)
    rng: random.Random = field(default_factory=random.SystemRandom)
    error: str | None = None
    _manifest: Manifest | None = None
    _ahead: int = 0
    _behind_since: float | None = None
    _asked: _Asked | None = None
    _attempts: int = 0
    _fetching: bool = False
    _fetch_at: float | None = None
    _want_snapshot: bool = False
    _repaired: tuple[int, int, str] | None = None
    _buffer: dict[int, Delta] = field(default_factory=dict)
    _buffered: int = 0

    @property
    def behind(self) -> bool:
        """Whether central is known to be ahead of us."""
        return self._ahead > self.seq or self._want_snapshot

    def manifest(self, manifest: Manifest, now: float, our_digest: str | None) -> list[Action]:
        """Central's position arrived; ``our_digest`` is ours at ``manifest.seq``, if known."""
        if manifest.epoch < self.epoch:
            return [_old_epoch(manifest.epoch, self.epoch)]
        self._manifest = manifest
        if self._asked is not None and self._asked.request.want == "manifest":
            self._asked = None
        if manifest.epoch > self.epoch:
            return self._need_snapshot(now)
        self._see_ahead(manifest.seq, now)
        if our_digest is not None and our_digest != manifest.digest:
            return self._mismatch(manifest, now)
        if our_digest is not None and manifest.seq == self.seq:
            self.error = None
        return self._next(now)

    def delta(self, delta: Delta, now: float) -> list[Action]:
        """Changes arrived from central by themselves."""
        if delta.epoch < self.epoch:
            return [_old_epoch(delta.epoch, self.epoch)]
        if delta.prev_seq >= delta.seq:
            return [Refuse(code="bad_seq", message="seq must be larger than prev_seq")]
        if delta.epoch > self.epoch:
            known = self._manifest is not None and self._manifest.epoch == delta.epoch
            self._keep(delta)
            return [] if known else self._ask("manifest", now)
        if delta.seq <= self.seq:
            return []
        self._keep(delta)
        self._see_ahead(delta.seq, now)
        return self._next(now)

    def reply(self, reply: Reply, now: float, our_digest: str | None = None) -> list[Action]:
        """An answer arrived; only the one to the outstanding request counts."""
        asked = self._asked
        if asked is None or reply.id != asked.request.id:
            return []
        self._asked = None
        if reply.error == "busy":
            self._asked = _Asked(asked.request, now + self._back_off())
            return []
        self._attempts = 0
        if reply.manifest is not None:
            return self.manifest(reply.manifest, now, our_digest)
        if reply.error is not None:
            return self._need_snapshot(now)
        for delta in reply.deltas or ():
            if delta.epoch == self.epoch and delta.prev_seq < delta.seq > self.seq:
                self._keep(delta)
                self._ahead = max(self._ahead, delta.seq)
        # The next page is asked for once this one is committed, without waiting again.
        self._behind_since = now - self.patience.gap_s if reply.more else now
        return self._next(now)

    def applied(self, epoch: int, seq: int, now: float) -> list[Action]:
        """The position was committed: by a delta, or by a snapshot."""
        fetched = self._fetching
        self.epoch, self.seq = epoch, seq
        if fetched:
            self._fetching = self._want_snapshot = False
            self._fetch_at = None
            self._attempts = 0
            self.error = None
            if self._manifest is not None and self._manifest.epoch == epoch:
                self._ahead = max(seq, self._manifest.seq)
        self._forget_old()
        more_wanted = self._behind_since is not None and self._due(now)
        self._behind_since = None
        if self._ahead > self.seq:
            self._behind_since = now - self.patience.gap_s if more_wanted or fetched else now
        return self._next(now)

    def fetch_failed(self, why: str, now: float) -> list[Action]:
        """The snapshot could not be had; it is tried again, with a newer manifest if one comes."""
        self._fetching = False
        self.error = why
        self._fetch_at = now + self._back_off(_FETCH_AGAIN_S)
        return []

    def connected(self, now: float) -> list[Action]:
        """The link is back: what was asked on the old one is asked again."""
        if self._asked is not None:
            self._asked.again_at = now
        return self._next(now)

    def tick(self, now: float) -> list[Action]:
        """Time passed."""
        asked = self._asked
        if asked is not None and asked.again_at <= now:
            asked.again_at = now + self._back_off()
            return [Ask(request=asked.request)]
        if self._want_snapshot and self._fetch_at is not None and self._fetch_at <= now:
            return self._need_snapshot(now)
        return self._next(now)

    def next_tick(self) -> float | None:
        """When ``tick`` has something to do, if nothing arrives before."""
        times = []
        if self._asked is not None:
            times.append(self._asked.again_at)
        elif self._behind_since is not None and not self._fetching:
            times.append(self._behind_since + self.patience.gap_s)
        if self._fetch_at is not None and not self._fetching:
            times.append(self._fetch_at)
        return min(times, default=None)

    def _next(self, now: float) -> list[Action]:
        """What the state asks for: the next delta that fits, else a request when we are behind."""
        if self._fetching:
            return []
        fitting = self._fitting()
        if fitting is not None and not self._want_snapshot:
            return [Apply(delta=fitting)]
        if self._behind_since is None or self._asked is not None or not self._due(now):
            return []
        manifest = self._manifest
        if manifest is not None and self.seq < manifest.min_delta_seq:
            return self._need_snapshot(now)
        return self._ask("deltas", now)

    def _fitting(self) -> Delta | None:
        """The buffered delta that continues our position."""
        candidates = self._buffer.values()
        exact = self._buffer.get(self.seq)
        return next(
            (
                delta
                for delta in ((exact,) if exact is not None else candidates)
                if delta.epoch == self.epoch and delta.prev_seq <= self.seq < delta.seq
            ),
            None,
        )

    def _due(self, now: float) -> bool:
        return self._behind_since is not None and now - self._behind_since >= self.patience.gap_s

    def _see_ahead(self, seq: int, now: float) -> None:
        self._ahead = max(self._ahead, seq)
        if self._ahead > self.seq and self._behind_since is None:
            self._behind_since = now

    def _mismatch(self, manifest: Manifest, now: float) -> list[Action]:
        """Equal positions, unequal rows: once the snapshot is tried, then people are told."""
        seen = (manifest.epoch, manifest.seq, manifest.digest)
        if self._repaired == seen:
            self.error = f"the digest at seq {manifest.seq} differs from central's after a snapshot"
            return []
        self._repaired = seen
        self.error = f"the digest at seq {manifest.seq} differs from central's; fetching a snapshot"
        return self._need_snapshot(now)

    def _need_snapshot(self, now: float) -> list[Action]:
        self._want_snapshot = True
        self._asked = None
        if self._fetching:
            return []
        if self._manifest is None or self._manifest.epoch < self.epoch:
            return self._ask("manifest", now)
        self._fetching = True
        self._fetch_at = None
        replace_all = self._manifest.epoch != self.epoch
        return [Fetch(manifest=self._manifest, replace_all=replace_all)]

    def _ask(self, want: str, now: float) -> list[Action]:
        if self._asked is not None and self._asked.request.want == want:
            return []
        request = Request(
            id=uuid.UUID(int=self.rng.getrandbits(128), version=4).hex,
            epoch=self.epoch,
            want="deltas" if want == "deltas" else "manifest",
            after_seq=self.seq if want == "deltas" else None,
        )
        self._asked = _Asked(request, now + self._back_off())
        return [Ask(request=request)]

    def _back_off(self, first_s: float | None = None) -> float:
        """Full jitter that doubles, so that many shops do not ask in step."""
        first = self.patience.answer_s if first_s is None else first_s
        most = min(first * 2 ** min(self._attempts, 16), self.patience.answer_max_s)
        self._attempts += 1
        return first if most <= first else self.rng.uniform(first, most)

    def _keep(self, delta: Delta) -> None:
        if self._buffered + len(delta.changes) > MAX_BUFFERED_CHANGES:
            return
        old = self._buffer.get(delta.prev_seq)
        # Central may merge deltas: of two that begin together the longer one says more.
        if old is not None and old.epoch == delta.epoch and old.seq >= delta.seq:
            return
        self._buffered += len(delta.changes) - (len(old.changes) if old is not None else 0)
        self._buffer[delta.prev_seq] = delta

    def _forget_old(self) -> None:
        self._buffer = {
            prev_seq: delta
            for prev_seq, delta in self._buffer.items()
            if delta.epoch >= self.epoch and (delta.epoch > self.epoch or delta.seq > self.seq)
        }
        self._buffered = sum(len(delta.changes) for delta in self._buffer.values())


def _old_epoch(theirs: int, ours: int) -> Refuse:
    return Refuse(code="old_epoch", message=f"epoch {theirs} is over: this shop is in epoch {ours}")
