"""Where each gateway of a shop stands, put together from what it and central say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from gateway.broker import topics
from gateway.broker.signing import Opener, SignatureRefusedError
from gateway.domain import events, price_events
from gateway.events import messages as event_messages
from gateway.events.messages import BatchMessage
from gateway.feed import messages
from gateway.feed.messages import Manifest, Position, Problem, Problems

MAX_GATEWAYS = 100
MAX_PRICES = 100


class Standing(TypedDict):
    """One gateway as ``anaquel central watch --json`` writes it."""

    gateway: str
    online: bool | None
    epoch: int | None
    seq: int | None
    behind: int | None
    """Seqs that central is ahead by; None in another epoch."""
    lag_s: float | None
    """Seconds since central was first ahead; 0 when it is not."""
    equal: bool | None
    """Whether the digests are equal; None while positions differ."""
    refused: int
    held: int
    applied_at: str | None
    error: str | None
    problems: list[dict[str, Any]]
    labels_shown: int
    labels_failed: int
    prices: list[dict[str, Any]]


@dataclass(slots=True)
class _Gateway:
    online: bool | None = None
    position: Position | None = None
    problems: list[Problem] = field(default_factory=list)
    behind_since: datetime | None = None
    shown: int = 0
    failed: int = 0
    prices: dict[str, dict[str, Any]] = field(default_factory=dict)
    through: dict[tuple[int, str], int] = field(default_factory=dict)


class View:
    """What is known so far; messages go in by ``hear``, those of central by ``opener``."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self.manifest: Manifest | None = None
        self.unreadable = 0
        self._gateways: dict[str, _Gateway] = {}

    def hear(self, topic: str, payload: bytes, now: datetime) -> None:
        """Take one message on a topic below the shop's prefix."""
        try:
            self._hear(topic, payload, now)
        except (messages.MessageError, event_messages.MessageError, SignatureRefusedError):
            self.unreadable += 1

    def recall(self, gateway: str, event: Mapping[str, Any]) -> None:
        """Take an event that was kept before we listened: which prices were shown, nothing else."""
        if gateway in self._gateways or len(self._gateways) < MAX_GATEWAYS:
            _note_price(self._gateways.setdefault(gateway, _Gateway()), event)

    def standings(self, now: datetime) -> list[Standing]:
        """Every gateway that was heard of, by name."""
        return [self._standing(name, one, now) for name, one in sorted(self._gateways.items())]

    def _hear(self, topic: str, payload: bytes, now: datetime) -> None:
        if topic == topics.MANIFEST:
            self.manifest = messages.parse(Manifest, self._opener.open(topic, payload))
            for one in self._gateways.values():
                self._note_behind(one, now)
            return
        room, _, rest = topic.partition("/")
        name = rest.partition("/")[0] if room == "gateway" else rest.rpartition("/")[2]
        if name not in self._gateways and len(self._gateways) >= MAX_GATEWAYS:
            return
        one = self._gateways.setdefault(name, _Gateway())
        if topic == topics.gateway_state(name):
            state = messages.load(payload) if payload else None
            one.online = isinstance(state, Mapping) and state.get("state") == "online"
        elif topic == topics.feed_position(name):
            one.position = messages.parse(Position, payload)
            self._note_behind(one, now)
        elif topic == topics.feed_problems(name):
            one.problems = messages.parse(Problems, payload).first
        elif topic == topics.events_batch(name):
            _count(one, event_messages.read_batch(payload))

    def _note_behind(self, one: _Gateway, now: datetime) -> None:
        if self.manifest is None or one.position is None:
            return
        if self._behind(one) == 0:
            one.behind_since = None
        elif one.behind_since is None:
            one.behind_since = self._told_at() or now

    def _told_at(self) -> datetime | None:
        if self.manifest is None:
            return None
        try:
            at = datetime.fromisoformat(self.manifest.issued_at)
        except ValueError:
            return None
        return at if at.tzinfo is not None else None

    def _behind(self, one: _Gateway) -> int | None:
        """Seqs that central is ahead by; None when that cannot be said."""
        if self.manifest is None or one.position is None:
            return None
        if one.position.epoch != self.manifest.epoch:
            return None
        return max(0, self.manifest.seq - one.position.seq)

    def _standing(self, name: str, one: _Gateway, now: datetime) -> Standing:
        at, manifest = one.position, self.manifest
        same = (
            at is not None
            and manifest is not None
            and (at.epoch, at.seq) == (manifest.epoch, manifest.seq)
        )
        since = one.behind_since or now
        return Standing(
            gateway=name,
            online=one.online,
            epoch=at.epoch if at else None,
            seq=at.seq if at else None,
            behind=self._behind(one),
            lag_s=max(0.0, (now - since).total_seconds()) if at and manifest else None,
            equal=at.digest == manifest.digest if same and at and manifest else None,
            refused=at.refused if at else 0,
            held=at.held if at else 0,
            applied_at=at.applied_at if at else None,
            error=at.error if at else None,
            problems=[problem.model_dump() for problem in one.problems],
            labels_shown=one.shown,
            labels_failed=one.failed,
            prices=list(one.prices.values()),
        )


def _count(one: _Gateway, batch: BatchMessage) -> None:
    """Count what labels did; a batch that is sent again counts once."""
    lane = (batch.epoch, batch.lane)
    for entry in batch.events:
        if entry.seq <= one.through.get(lane, 0) or events.fault(entry.event) is not None:
            continue
        match entry.event["type"]:
            case events.LABEL_SHOWN:
                one.shown += 1
            case events.LABEL_FAILED:
                one.failed += 1
            case _:
                _note_price(one, entry.event)
    one.through[lane] = max(batch.last_seq, one.through.get(lane, 0))


def _note_price(one: _Gateway, event: Mapping[str, Any]) -> None:
    """Keep the last word on each price and campaign."""
    if event.get("type") not in {price_events.PRICE_SHOWN, price_events.CAMPAIGN_SHOWN}:
        return
    subject, data = str(event.get("subject", "")), event.get("data")
    one.prices.pop(subject, None)
    one.prices[subject] = {"subject": subject} | (data if isinstance(data, dict) else {})
    while len(one.prices) > MAX_PRICES:
        one.prices.pop(next(iter(one.prices)))
