"""Mending a replica whose digest differs: which buckets differ, then the rows of those.

A round compares all buckets with central's at one position and fetches the rows of each that
differs, page by page; the next round proves that it helped. A page holds all of central's rows of
its bucket in a range of keys at one position of central's, so merging it is exact: ours in that
range become theirs, and what theirs lacks goes.

Central's position may be ahead of ours; then the page waits until we are there. We may be ahead
of it; what deltas changed after the page's position is newer than the page and stays. Those keys
are known because they are noted from the instant at which the page is asked for, and central,
asked then, cannot have answered of an earlier position.

It is given up for a snapshot when many buckets differ, when rounds do not help, and when central
answers with something else than what it was asked for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from gateway.feed import digest
from gateway.feed.messages import Change, Delta, Place, Reply

MAX_DIFFERING = digest.BUCKETS // 8
MAX_ROUNDS = 3
MAX_NEWER = 50_000


class Verdict(Enum):
    """What an answer means for the repair."""

    EQUAL = auto()
    GO_ON = auto()
    GIVE_UP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Central's rows of a bucket at ``seq``, after one key through another (None: no limit).

    Rows under the keys in ``newer`` are not to be touched.
    """

    bucket: int
    seq: int
    after: Place | None
    through: Place | None
    rows: tuple[Change, ...]
    newer: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Repair:
    """One repair under way; see the module's theory."""

    _open: deque[int] = field(default_factory=deque)
    _after: Place | None = None
    _asked_at: int = 0
    _rounds: int = 0
    _incomparable: int = 0
    _newer: dict[tuple[str, str], int] = field(default_factory=dict)
    _page: Page | None = None

    @property
    def bucket(self) -> int | None:
        """The bucket whose rows are wanted next; None while all buckets are."""
        return self._open[0] if self._open else None

    @property
    def after(self) -> Place | None:
        """After which key they are wanted."""
        return self._after

    def asked(self, seq: int) -> None:
        """The next answer is asked for, at our position ``seq``."""
        self._asked_at = seq
        self._newer.clear()
        self._page = None

    def applies(self, delta: Delta) -> None:
        """Our position moves by this delta: its keys are newer than a page of before."""
        if self._open and len(self._newer) <= MAX_NEWER:
            self._newer.update(
                dict.fromkeys(((one.kind, one.key) for one in delta.changes), delta.seq)
            )

    def compare(self, theirs: str, ours: bytes | None) -> Verdict:
        """Central's buckets in hex and ours of the same position, None when not known."""
        if ours is None:
            self._incomparable += 1
            return Verdict.GO_ON if self._incomparable < MAX_ROUNDS else Verdict.GIVE_UP
        self._incomparable = 0
        self._open.extend(digest.differing(ours, bytes.fromhex(theirs)))
        self._after = None
        if not self._open:
            return Verdict.EQUAL
        self._rounds += 1
        many = len(self._open) > MAX_DIFFERING or self._rounds > MAX_ROUNDS
        return Verdict.GIVE_UP if many else Verdict.GO_ON

    def take(self, reply: Reply) -> Verdict:
        """The page that was asked for; ``due`` gives it once our position allows."""
        rows = tuple(reply.rows or ())
        seq = reply.seq
        if not self._open or seq is None or seq < self._asked_at or not self._answers(rows):
            return Verdict.GIVE_UP
        if reply.more and not rows:
            return Verdict.GIVE_UP
        through = Place(kind=rows[-1].kind, key=rows[-1].key) if reply.more else None
        self._page = Page(
            bucket=self._open[0], seq=seq, after=self._after, through=through, rows=rows
        )
        return Verdict.GO_ON

    def due(self, seq: int) -> Page | None:
        """The page to merge at our position ``seq``; ``mended`` or ``asked`` comes next.

        After more changes than can be noted the page is dropped, and asked for again.
        """
        page = self._page
        if page is None or page.seq > seq:
            return None
        self._page = None
        if len(self._newer) > MAX_NEWER:
            return None
        newer = frozenset(place for place, at in self._newer.items() if at > page.seq)
        return replace(page, newer=newer)

    def mended(self, page: Page) -> None:
        """The page was merged; what is wanted next is known."""
        self._after = page.through
        if page.through is None and self._open:
            self._open.popleft()

    def _answers(self, rows: tuple[Change, ...]) -> bool:
        """Whether these are rows of the bucket in rising order, after the key asked for."""
        last = None if self._after is None else (self._after.kind, self._after.key)
        for row in rows:
            place = (row.kind, row.key)
            if last is not None and place <= last:
                return False
            if row.value is None or digest.bucket_of(*place) != self._open[0]:
                return False
            last = place
        return True
