"""How the replica follows central: a state machine without I/O.

The position (epoch, seq) moves only forward, and only together with the rows (``applied``). A
delta that continues the position is applied; one from the future waits in a bounded buffer; a
manifest says how far central is. At any time the machine does one of four things:

- *following*: deltas come by themselves. Behind, and without progress for a while, it asks.
- *asking*: one request is outstanding. It is repeated with growing patience; an answer that brings
  nothing counts as none. Deltas that continue the position are applied meanwhile. What matters
  more takes the place of what matters less: a manifest, deltas, then a repair's buckets and rows.
- *fetching*: a snapshot is on its way; deltas wait in the buffer meanwhile.
- *waiting*: a snapshot is needed and could not be had; it is tried again later.

Equal positions with unequal digests begin a repair (``repair.Repair``), which goes on whenever the
machine follows and is not behind; it ends when all buckets are equal, or is given up for a
snapshot. Between two repairs some minutes pass.

A snapshot is needed when the epoch rose, when central no longer has our deltas, and when a repair
was given up. One that is older than our position would bring deleted rows back, so a manifest
with a newer one is asked for instead. Whatever is dropped here (too much to buffer, a lost answer)
is recovered by asking, because the position stays where it was.

A *wary* machine has no position yet and believes no manifest but the answer to its own question:
a signed manifest that the broker kept may be an old one, the reply's id is of now.

Time is given in monotonic seconds. Every input returns the actions to carry out, in order.
"""

from __future__ import annotations

import random
from enum import Enum, auto

from gateway.feed.actions import Action, Apply, Ask, Fetch, Mend, Refuse
from gateway.feed.asking import Asking, Patience
from gateway.feed.buffering import Buffer
from gateway.feed.messages import Delta, Manifest, Reply, SnapshotRef, Want
from gateway.feed.repair import Page, Repair, Verdict

_FETCH_AGAIN_S = 1.0
_REPAIR_ASKS = 3


class Phase(Enum):
    """What the machine does; see the module's theory."""

    FOLLOWING = auto()
    ASKING = auto()
    FETCHING = auto()
    WAITING = auto()


class Sync:
    """The state machine of one source; see the module's theory.

    ``error`` says in words what keeps the replica from being central's, for people.
    """

    def __init__(
        self,
        *,
        epoch: int,
        seq: int,
        patience: Patience | None = None,
        rng: random.Random | None = None,
        wary: bool = False,
    ) -> None:
        self.epoch = epoch
        self.seq = seq
        self.wary = wary
        self.error: str | None = None
        self.phase = Phase.FOLLOWING
        self._asking = Asking(patience or Patience(), rng or random.SystemRandom())
        self._manifest: Manifest | None = None
        self._ahead = 0
        self._behind_since: float | None = None
        self._buffer = Buffer()
        self._fetches = 0
        self._fetch_at = 0.0
        self._failed: SnapshotRef | None = None
        self._repair: Repair | None = None
        self._repair_after: float | None = None
        self._renew = False

    @property
    def newest(self) -> Manifest | None:
        """The manifest that counts."""
        return self._manifest

    def manifest(self, manifest: Manifest, now: float, our_digest: str | None) -> list[Action]:
        """Central's position arrived; ``our_digest`` is ours at ``manifest.seq``, if known."""
        if manifest.epoch < self.epoch:
            return [_old_epoch(manifest.epoch, self.epoch)]
        if self.wary:
            return self._ask("manifest", now)
        known = self._manifest or manifest
        if (manifest.epoch, manifest.seq) < (known.epoch, known.seq):
            return self._next(now)
        self._manifest = manifest
        if self._asking.request is not None and self._asking.request.want == "manifest":
            self._follow()
        if manifest.epoch > self.epoch:
            return self._snapshot(now)
        if manifest.seq > self.seq:
            self._see_ahead(manifest.seq, now)
        if our_digest is not None:
            self._compare(our_digest, manifest, now)
        waits = self._renew or self.phase is Phase.WAITING
        return self._snapshot(now) if waits else self._next(now)

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
            return [self._apply(delta)]
        self._buffer.put(delta, size)
        if delta.epoch > self.epoch:
            known = self._manifest is not None and self._manifest.epoch >= delta.epoch
            return [] if known else self._ask("manifest", now)
        self._see_ahead(delta.seq, now)
        return self._next(now)

    def reply(
        self,
        reply: Reply,
        now: float,
        our_digest: str | None = None,
        *,
        our_buckets: bytes | None = None,
        size: int = 0,
    ) -> list[Action]:
        """An answer of ``size`` bytes arrived; only the one to the outstanding request counts.

        ``our_digest`` is ours at the position of its manifest, ``our_buckets`` at its own.
        """
        request = self._asking.request
        if request is None or reply.id != request.id:
            return []
        if reply.manifest is not None and reply.manifest != self._manifest:
            self.wary = False
            return self.manifest(reply.manifest, now, our_digest)
        if request.want != "manifest" and reply.error in {"gone", "unknown_epoch"}:
            self._follow()
            return self._give_up_repair(now)
        if self._repair is not None and reply.error is None and reply.epoch == self.epoch:
            if request.want == "buckets" and reply.buckets is not None:
                verdict = self._repair.compare(reply.buckets, our_buckets)
                return self._mended_by(verdict, reply, now)
            if request.want == "rows" and reply.rows is not None:
                return self._mended_by(self._repair.take(reply), reply, now)
        return self._replay(reply, now, size)

    def applied(self, epoch: int, seq: int, now: float) -> list[Action]:
        """The position was committed: by a delta, or by a snapshot."""
        fetched = self.phase is Phase.FETCHING
        due = fetched or self._is_due(now)
        self.epoch, self.seq = epoch, seq
        self.wary = False
        self._asking.progress()
        self._behind_since = None
        if fetched:
            self._follow()
            self._repair = self._failed = self.error = None
            self._fetches = 0
            self._renew = False
        manifest = self._manifest
        if manifest is not None and manifest.epoch > epoch:
            return self._snapshot(now)
        if not (self._renew or self._repair):
            self.error = None
        if fetched:
            # What was seen of an earlier epoch says nothing; what waits shows how far this one is.
            told = manifest.seq if manifest is not None else seq
            self._ahead = max(told, self._buffer.newest(epoch))
        if self._ahead > seq:
            self._behind_since = self._long_ago(now) if due else now
        return self._next(now)

    def mended(self, page: Page, now: float) -> list[Action]:
        """The page was merged and committed; the digests of earlier positions are void."""
        if self._repair is not None:
            self._repair.mended(page)
        return self._next(now)

    def fetch_failed(self, why: str, now: float) -> list[Action]:
        """The snapshot could not be had; it is tried again, at once if central offers another."""
        self.phase = Phase.WAITING
        self.error = why
        self._failed = self._manifest.snapshot if self._manifest is not None else None
        self._fetch_at = now + self._asking.jitter(_FETCH_AGAIN_S, self._fetches)
        self._fetches += 1
        return self._next(now)

    def connected(self, now: float) -> list[Action]:
        """The link is back: what was asked on the old one is asked again."""
        self._asking.again_at = now
        if self.wary and self._asking.request is None:
            return self._ask("manifest", now)
        return self.tick(now)

    def tick(self, now: float) -> list[Action]:
        """Time passed."""
        asking = self._asking
        if asking.request is not None and asking.again_at <= now:
            if asking.mends and asking.attempts >= _REPAIR_ASKS:
                self._follow()
                return self._give_up_repair(now)
            after = f" after seq {self.seq}" if asking.request.want == "deltas" else ""
            self.error = f"central does not answer: asked for the {asking.request.want}{after}"
            asking.back_off(now)
            return [Ask(request=asking.request)]
        if self.phase is Phase.WAITING and self._fetch_at <= now:
            self._follow()
            return self._snapshot(now)
        return self._next(now)

    def next_tick(self) -> float | None:
        """When ``tick`` has something to do, if nothing arrives before."""
        since = self._behind_since
        gap = None if since is None else since + self._asking.patience.gap_s
        match self.phase:
            case Phase.WAITING:
                return self._fetch_at
            case Phase.FETCHING:
                return None
            case Phase.FOLLOWING:
                return gap
            case Phase.ASKING:
                again = self._asking.again_at
                return min(again, gap) if gap is not None and self._asking.mends else again

    def _next(self, now: float) -> list[Action]:
        """The next delta that fits, else what is to be asked.

        Deltas when we are behind for long enough, else what a repair needs.
        """
        if self.phase is Phase.FETCHING:
            return []
        fitting = self._buffer.next_after(self.epoch, self.seq)
        if fitting is not None:
            return [self._apply(fitting)]
        if self.phase is not Phase.FOLLOWING and not self._asking.mends:
            return []
        if self._behind_since is None:
            return self._mend(now)
        if not self._is_due(now):
            return []
        manifest = self._manifest
        if manifest is not None and self.seq < manifest.min_delta_seq:
            return self._snapshot(now)
        return self._ask("deltas", now)

    def _apply(self, delta: Delta) -> Apply:
        if self._repair is not None:
            self._repair.applies(delta)
        return Apply(delta=delta)

    def _replay(self, reply: Reply, now: float, size: int) -> list[Action]:
        """Apply the deltas of an answer; one that brings nothing counts as none."""
        reached = self.seq
        for delta in sorted(reply.deltas or (), key=lambda one: one.prev_seq):
            if delta.epoch != self.epoch or not delta.prev_seq < delta.seq > self.seq:
                continue
            fits = delta.prev_seq <= reached
            put = self._buffer.put_anyway if fits else self._buffer.put
            put(delta, size // len(reply.deltas or ()))
            reached = max(reached, delta.seq) if fits else reached
            self._ahead = max(self._ahead, delta.seq)
        if (fitting := self._buffer.next_after(self.epoch, self.seq)) is None:
            self._asking.back_off(now)
            return []
        self._follow()
        # The next page is asked for once this one is committed, without waiting again.
        self._behind_since = self._long_ago(now) if reply.more else now
        return [self._apply(fitting)]

    def _is_due(self, now: float) -> bool:
        return self._behind_since is not None and self._behind_since <= self._long_ago(now)

    def _long_ago(self, now: float) -> float:
        return now - self._asking.patience.gap_s

    def _see_ahead(self, seq: int, now: float) -> None:
        self._ahead = max(self._ahead, seq)
        if self._ahead > self.seq and self._behind_since is None:
            self._behind_since = now

    def _compare(self, our_digest: str, manifest: Manifest, now: float) -> None:
        """Equal positions, unequal rows: a repair begins, if need be again after a while."""
        if our_digest == manifest.digest:
            self._repair_after = self._repair = None
            if self._asking.mends:
                self._follow()
            if self.phase is not Phase.WAITING:
                self.error = None
            return
        self.error = f"the digest at seq {manifest.seq} differs from central's"
        if self._repair_after is None or now >= self._repair_after:
            self._repair_after = now + self._asking.patience.answer_max_s
            if self._repair is None and not self._renew:
                self._repair = Repair()

    def _mend(self, now: float) -> list[Action]:
        """The next step of a repair, if there is one under way."""
        if self._repair is None or self.phase is not Phase.FOLLOWING:
            return []
        page = self._repair.due(self.seq)
        if page is not None:
            return [Mend(page=page)]
        return self._ask("buckets" if self._repair.bucket is None else "rows", now)

    def _mended_by(self, verdict: Verdict, reply: Reply, now: float) -> list[Action]:
        """A repair's request was answered: there is progress."""
        self._follow()
        self._asking.progress()
        if verdict is Verdict.GIVE_UP:
            return self._give_up_repair(now)
        if verdict is Verdict.EQUAL:
            self._repair = self.error = None
        self._see_ahead(reply.seq or 0, now)
        return self._next(now)

    def _give_up_repair(self, now: float) -> list[Action]:
        """Only a snapshot helps: there is nothing to replay, or rows cannot be mended alone."""
        if self._repair is not None:
            self._repair = None
            self._renew = True
            self._asking.progress()
        return self._snapshot(now)

    def _snapshot(self, now: float) -> list[Action]:
        """Fetch a snapshot that brings us forward, or mends us where we are; else ask for one."""
        manifest = self._manifest
        if self.phase is Phase.FETCHING:
            return []
        least = self.seq if self._renew else self.seq + 1
        if manifest is None or (manifest.epoch == self.epoch and manifest.snapshot.seq < least):
            return [*self._next(now), *self._ask("manifest", now)]
        if self.phase is Phase.WAITING and manifest.snapshot == self._failed:
            return self._next(now)
        self.phase = Phase.FETCHING
        self._asking.end()
        return [Fetch(manifest=manifest, replace_all=manifest.epoch != self.epoch)]

    def _follow(self) -> None:
        self.phase = Phase.FOLLOWING
        self._asking.end()

    def _ask(self, want: Want, now: float) -> list[Action]:
        """One request at a time; only what matters more takes the place of another."""
        if self.phase in {Phase.FETCHING, Phase.WAITING} or not self._asking.may_ask(want):
            return []
        self.phase = Phase.ASKING
        repair = self._repair if want in {"buckets", "rows"} else None
        if repair is not None:
            repair.asked(self.seq)
        request = self._asking.ask(
            want,
            now,
            epoch=self.epoch,
            after_seq=self.seq if want == "deltas" else None,
            bucket=None if repair is None else repair.bucket,
            after=None if repair is None else repair.after,
        )
        return [] if request is None else [Ask(request=request)]


def _old_epoch(theirs: int, ours: int) -> Refuse:
    return Refuse(code="old_epoch", message=f"epoch {theirs} is over: this shop is in epoch {ours}")
