"""What to send to central next: a pure decision core, told what happened and asked what to do.

One batch of each lane is on its way at most. It is sent again unchanged until central confirmed
it: after ``ack_s`` without an answer, and at once on a new connection. Nothing here deletes.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.events import Ack, Lane, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Read the lane's next batch and hand it to ``loaded``."""

    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Publish this batch, whatever becomes of it."""

    lane: Lane
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing to do before ``until`` (monotonic seconds), or before something happens."""

    until: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A batch ready to be sent."""

    epoch: int
    first_seq: int
    last_seq: int
    payload: bytes


@dataclass(slots=True)
class _LaneWork:
    """Whether events may wait (``more``), what is on its way, and when to act next."""

    more: bool = True
    on_its_way: Loaded | None = None
    due: float = 0.0


class Uplink:
    """The state of all lanes. Times are monotonic seconds."""

    def __init__(self, *, ack_s: float) -> None:
        self._ack_s = ack_s
        self._lanes = {lane: _LaneWork() for lane in Lane}

    def next_action(self, now: float) -> Load | Send | Wait:
        """What to do now: the first lane, in order of priority, that can do anything."""
        waiting: list[float] = []
        for lane, work in self._lanes.items():
            if work.on_its_way is None and not work.more:
                continue
            if work.due > now:
                waiting.append(work.due)
            elif work.on_its_way is None:
                return Load(lane=lane)
            else:
                work.due = now + self._ack_s
                return Send(lane=lane, payload=work.on_its_way.payload)
        return Wait(until=min(waiting, default=None))

    def appended(self, lane: Lane) -> None:
        """An event was stored in this lane."""
        self._lanes[lane].more = True

    def loading(self, lane: Lane) -> None:
        """The lane is about to be read: what is stored from now on is news."""
        self._lanes[lane].more = False

    def loaded(self, lane: Lane, batch: Loaded | None) -> None:
        """The lane was read; None when nothing waits."""
        work = self._lanes[lane]
        work.on_its_way = batch
        # Behind a batch there may be more: look again when it is confirmed.
        work.more = work.more or batch is not None

    def connected(self) -> None:
        """A new connection: what is on its way may have died with the old one."""
        for work in self._lanes.values():
            if work.on_its_way is not None:
                work.due = 0.0

    def acknowledged(self, ack: Ack, outcome: Outcome, now: float) -> None:
        """Central answered, and the outbox made ``outcome`` of it."""
        if outcome is Outcome.NEW_EPOCH:
            # A central that confirms nonsense again and again must not make us spin.
            for work in self._lanes.values():
                work.on_its_way, work.more, work.due = None, True, now + self._ack_s
            return
        work = self._lanes[ack.lane]
        batch = work.on_its_way
        if batch is None or batch.epoch != ack.epoch:
            return
        if outcome is Outcome.OTHER_EPOCH or ack.through_seq >= batch.first_seq:
            # All of it, or a part: the next batch starts behind what central has.
            work.on_its_way, work.more, work.due = None, True, 0.0
