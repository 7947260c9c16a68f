"""How the replica follows central: a state machine without I/O.

The position (epoch, seq) moves only forward, and only together with the rows (``applied``). A
delta that continues the position is applied; one from the future waits in a bounded buffer; a
manifest says how far central is. At any time the machine does one of four things:

- *following*: deltas come by themselves. Behind, and without progress for a while, it asks.
- *asking*: one request is outstanding, for deltas or for a manifest. It is repeated with growing
  patience; an answer that brings nothing counts as none.
- *fetching*: a snapshot is on its way; deltas wait in the buffer meanwhile.
- *waiting*: a snapshot is needed and could not be had; it is tried again later.

A snapshot is needed when the epoch rose, when central no longer has our deltas, and when equal
positions have unequal digests. One that is older than our position would bring deleted rows back,
so a manifest with a newer one is asked for instead. Whatever is dropped here (too much to buffer,
a lost answer) is recovered by asking, because the position stays where it was.

A *wary* machine has no position yet and believes no manifest but the answer to its own question:
a signed manifest that the broker kept may be an old one, the reply's id is of now.

Time is given in monotonic seconds. Every input returns the actions to carry out, in order.
"""

from __future__ import annotations

import heapq
import random
import uuid
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import Literal

from gateway.feed.messages import Delta, Manifest, Reply, Request, SnapshotRef

MAX_BUFFERED_BYTES = 16 * 2**20
MAX_BUFFERED = 20_000
_FETCH_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Write these changes and the new position together, then call ``applied``."""

    delta: Delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Fetch and merge this snapshot, then call ``applied`` or ``fetch_failed``.

    ``replace_all``: it is of a new epoch, so nothing of ours stays, whenever it was written.
    """

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


class Phase(Enum):
    """What the machine does; see the module's theory."""

    FOLLOWING = auto()
    ASKING = auto()
    FETCHING = auto()
    WAITING = auto()


@dataclass(slots=True)
class _Buffer:
    """Deltas from the future in the order of their positions, bounded in number and bytes."""

    _heap: list[tuple[int, int, int, int, int, Delta]] = field(default_factory=list)
    _bytes: int = 0
    _numbers: count[int] = field(default_factory=count)

    def put(self, delta: Delta, size: int) -> None:
        """Keep the delta if there is room; what is not kept is asked for later."""
        if len(self._heap) < MAX_BUFFERED and self._bytes + size <= MAX_BUFFERED_BYTES:
            self.put_anyway(delta, size)

    def put_anyway(self, delta: Delta, size: int) -> None:
        """Keep the delta: it was asked for, so it is what brings us forward."""
        # Of two that begin together the longer one says more, so it comes first.
        place = (delta.epoch, delta.prev_seq, -delta.seq, next(self._numbers), size, delta)
        heapq.heappush(self._heap, place)
        self._bytes += size

    def next_after(self, epoch: int, seq: int) -> Delta | None:
        """Take the delta that continues this position; older ones are forgotten on the way."""
        while self._heap:
            delta = self._heap[0][-1]
            if delta.epoch > epoch or (delta.epoch == epoch and delta.prev_seq > seq):
                return None
            self._bytes -= heapq.heappop(self._heap)[-2]
            if delta.epoch == epoch and delta.seq > seq:
                return delta
        return None


@dataclass(slots=True)
class Sync:
    """The state machine of one source; see the module's theory.

    ``error`` says in words what keeps the replica from being central's, for people.
    """

    epoch: int
    seq: int
    patience: Patience = field(default_factory=Patience)
    rng: random.Random = field(default_factory=random.SystemRandom)
    wary: bool = False
    error: str | None = None
    phase: Phase = Phase.FOLLOWING
    _manifest: Manifest | None = None
    _ahead: int = 0
    _behind_since: float | None = None
    _request: Request | None = None
    _again_at: float = 0.0
    _attempts: int = 0
    _fetches: int = 0
    _failed: SnapshotRef | None = None
    _repair: bool = False
    _repair_after: float | None = None
    _buffer: _Buffer = field(default_factory=_Buffer)

    def manifest(self, manifest: Manifest, now: float, our_digest: str | None) -> list[Action]:
        """Central's position arrived; ``our_digest`` is ours at ``manifest.seq``, if known."""
        if manifest.epoch < self.epoch:
            return [_old_epoch(manifest.epoch, self.epoch)]
        if self.wary:
            return self._ask("manifest", now)
        self._manifest = manifest
        if self._request is not None and self._request.want == "manifest":
            self._follow()
        if manifest.epoch > self.epoch:
            return self._snapshot(now)
        if manifest.seq > self.seq:
            self._see_ahead(manifest.seq, now)
        if our_digest is not None:
            self._compare(our_digest, manifest, now)
        if self._repair:
            return self._snapshot(now)
        return self._next(now)

    def delta(self, delta: Delta, now: float, size: int = 0) -> list[Action]:
        """Changes of ``size`` bytes arrived from central by themselves."""
        if delta.epoch < self.epoch:
            return [_old_epoch(delta.epoch, self.epoch)]
        if delta.prev_seq >= delta.seq:
            return [Refuse(code="bad_seq", message="seq must be larger than prev_seq")]
        if delta.epoch == self.epoch and delta.seq <= self.seq:
            return []
        if self.wary:
            self._buffer.put(delta, size)
            return self._ask("manifest", now)
        fits = delta.epoch == self.epoch and delta.prev_seq <= self.seq
        if fits and self.phase is not Phase.FETCHING:
            self._see_ahead(delta.seq, now)
            return [Apply(delta=delta)]
        self._buffer.put(delta, size)
        if delta.epoch > self.epoch:
            known = self._manifest is not None and self._manifest.epoch >= delta.epoch
            return [] if known else self._ask("manifest", now)
        self._see_ahead(delta.seq, now)
        return self._next(now)

    def reply(
        self, reply: Reply, now: float, our_digest: str | None = None, size: int = 0
    ) -> list[Action]:
        """An answer of ``size`` bytes arrived; only the one to the outstanding request counts."""
        request = self._request
        if self.phase is not Phase.ASKING or request is None or reply.id != request.id:
            return []
        if reply.manifest is not None and reply.manifest != self._manifest:
            self.wary = False
            return self.manifest(reply.manifest, now, our_digest)
        if request.want == "deltas" and reply.error in {"gone", "unknown_epoch"}:
            self._follow()
            return self._snapshot(now)
        for delta in reply.deltas or ():
            if delta.epoch == self.epoch and delta.prev_seq < delta.seq > self.seq:
                self._buffer.put_anyway(delta, size)
                self._ahead = max(self._ahead, delta.seq)
        fitting = self._buffer.next_after(self.epoch, self.seq)
        if fitting is None:
            self._again_at = now + self._back_off()
            return []
        self._follow()
        # The next page is asked for once this one is committed, without waiting again.
        self._behind_since = now - self.patience.gap_s if reply.more else now
        return [Apply(delta=fitting)]

    def applied(self, epoch: int, seq: int, now: float) -> list[Action]:
        """The position was committed: by a delta, or by a snapshot."""
        fetched = self.phase is Phase.FETCHING
        due = fetched or self._is_due(now)
        self.epoch, self.seq = epoch, seq
        self.wary = False
        self._attempts = 0
        self._behind_since = None
        if fetched:
            self._follow()
            self.error = None
            self._failed = None
            self._fetches = 0
            self._repair = False
        manifest = self._manifest
        if manifest is not None and manifest.epoch > epoch:
            return self._snapshot(now)
        if not self._repair:
            self.error = None
        if fetched:
            self._ahead = manifest.seq if manifest is not None else seq
        if self._ahead > seq:
            self._behind_since = now - self.patience.gap_s if due else now
        return self._next(now)

    def fetch_failed(self, why: str, now: float) -> list[Action]:
        """The snapshot could not be had; it is tried again, at once if central offers another."""
        self.phase = Phase.WAITING
        self.error = why
        self._failed = self._manifest.snapshot if self._manifest is not None else None
        self._again_at = now + self._jitter(_FETCH_AGAIN_S, self._fetches)
        self._fetches += 1
        return self._next(now)

    def connected(self, now: float) -> list[Action]:
        """The link is back: what was asked on the old one is asked again."""
        if self.phase is Phase.ASKING:
            self._again_at = now
        elif self.wary:
            return self._ask("manifest", now)
        return self.tick(now)

    def tick(self, now: float) -> list[Action]:
        """Time passed."""
        if self.phase is Phase.ASKING and self._request is not None and self._again_at <= now:
            after = f" after seq {self.seq}" if self._request.want == "deltas" else ""
            self.error = f"central does not answer: asked for the {self._request.want}{after}"
            self._again_at = now + self._back_off()
            return [Ask(request=self._request)]
        if self.phase is Phase.WAITING and self._again_at <= now:
            self._follow()
            return self._snapshot(now)
        return self._next(now)

    def next_tick(self) -> float | None:
        """When ``tick`` has something to do, if nothing arrives before."""
        match self.phase:
            case Phase.ASKING | Phase.WAITING:
                return self._again_at
            case Phase.FETCHING:
                return None
            case Phase.FOLLOWING:
                behind = self._behind_since
                return None if behind is None else behind + self.patience.gap_s

    def _next(self, now: float) -> list[Action]:
        """The next delta that fits, else a request when we are behind for long enough."""
        if self.phase is Phase.FETCHING:
            return []
        fitting = self._buffer.next_after(self.epoch, self.seq)
        if fitting is not None:
            return [Apply(delta=fitting)]
        if self.phase is not Phase.FOLLOWING or not self._is_due(now):
            return []
        manifest = self._manifest
        if manifest is not None and self.seq < manifest.min_delta_seq:
            return self._snapshot(now)
        return self._ask("deltas", now)

    def _is_due(self, now: float) -> bool:
        return self._behind_since is not None and now - self._behind_since >= self.patience.gap_s

    def _see_ahead(self, seq: int, now: float) -> None:
        self._ahead = max(self._ahead, seq)
        if self._ahead > self.seq and self._behind_since is None:
            self._behind_since = now

    def _compare(self, our_digest: str, manifest: Manifest, now: float) -> None:
        """Equal positions, unequal rows: a snapshot mends that, if need be again after a while."""
        if our_digest == manifest.digest:
            self._repair_after = None
            if self.phase is not Phase.WAITING:
                self.error = None
            return
        self.error = f"the digest at seq {manifest.seq} differs from central's"
        if self._repair_after is None or now >= self._repair_after:
            self._repair = True
            self._repair_after = now + self.patience.answer_max_s

    def _snapshot(self, now: float) -> list[Action]:
        """Fetch a snapshot that brings us forward, or mends us where we are; else ask for one."""
        manifest = self._manifest
        if self.phase is Phase.FETCHING:
            return []
        wanted = self.seq if self._repair else self.seq + 1
        if manifest is None or (manifest.epoch == self.epoch and manifest.snapshot.seq < wanted):
            return [*self._next(now), *self._ask("manifest", now)]
        if self.phase is Phase.WAITING and manifest.snapshot == self._failed:
            return self._next(now)
        return self._fetch()

    def _fetch(self) -> list[Action]:
        manifest = self._manifest
        if manifest is None:
            return []
        self.phase = Phase.FETCHING
        self._request = None
        return [Fetch(manifest=manifest, replace_all=manifest.epoch != self.epoch)]

    def _follow(self) -> None:
        self.phase = Phase.FOLLOWING
        self._request = None

    def _ask(self, want: Literal["deltas", "manifest"], now: float) -> list[Action]:
        """One request at a time; a manifest is asked for in place of deltas, never the reverse."""
        if self.phase in {Phase.FETCHING, Phase.WAITING}:
            return []
        outstanding = self._request.want if self._request is not None else None
        if self.phase is Phase.ASKING and outstanding in {want, "manifest"}:
            return []
        self.phase = Phase.ASKING
        self._request = Request(
            id=uuid.UUID(int=self.rng.getrandbits(128), version=4).hex,
            epoch=self.epoch,
            want=want,
            after_seq=self.seq if want == "deltas" else None,
        )
        # Asked before without any progress: not again at once.
        hurried = self._attempts == 0
        self._again_at = now + self._back_off()
        return [Ask(request=self._request)] if hurried else []

    def _back_off(self) -> float:
        """How long to wait for an answer; grows until there is progress."""
        self._attempts += 1
        return self._jitter(self.patience.answer_s, self._attempts - 1)

    def _jitter(self, first: float, attempts: int) -> float:
        """Full jitter that doubles: many shops must not ask in step."""
        most = min(first * 2 ** min(attempts, 16), self.patience.answer_max_s)
        return first if most <= first else self.rng.uniform(first, most)


def _old_epoch(theirs: int, ours: int) -> Refuse:
    return Refuse(code="old_epoch", message=f"epoch {theirs} is over: this shop is in epoch {ours}")
