"""What labels say: introductions, results and presence, written down before they are acknowledged.

Only a report about the current wish, with the hash of the picture that was handed over, moves a
delivery. Any other report just tells what the label shows; when that is not what it confirmed
before, its wish is delivered again. A picture that we never made is another's: then the label is
left alone, and told to people.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

import structlog

from device_drivers.api.drivers import (
    Announced,
    Failed,
    Foreign,
    Later,
    Measured,
    Presence,
    Reason,
    Reported,
    Shown,
    Transferred,
    Unidentified,
)
from gateway.clock import Clock
from gateway.domain import events, retrying
from gateway.domain.events import Lane, Origin
from gateway.labels import healing, proof
from gateway.labels.meeting import Meetings, Met
from gateway.settings import Labels
from gateway.store import (
    deliveries,
    discovered,
    frames,
    labels,
    outbox,
    price_shown,
    queue,
    reach,
    tasks,
)
from gateway.store.database import Connection, Database

TOO_MANY = "too_many_labels"
"""The task that says that new labels are turned away."""

log = structlog.get_logger("labels")

Word = Announced | Unidentified | Reported | Measured | Presence | Foreign
"""What a label says in a way we understand."""


@dataclass(slots=True, kw_only=True)
class _News:
    """What one transaction of words brought."""

    new: list[Announced | Unidentified] = field(default_factory=list)
    failed: list[tuple[str, Failed]] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    turned_away: int = 0


class Reports:
    """Writes down what labels say; at most ``most`` labels are taken in.

    Labels of the families ``silent_on_shown`` never confirm more than that they hold a picture.
    """

    def __init__(
        self,
        database: Database,
        origin: Origin,
        clock: Clock,
        settings: Labels,
        *,
        most: int = labels.MAX_LABELS,
        silent_on_shown: frozenset[str] = frozenset(),
    ) -> None:
        self.turned_away = 0
        self._database = database
        self._origin = origin
        self._clock = clock
        self._most = most
        self._meetings = Meetings(origin, settings, most=most)
        self._settings = settings
        self._silent_on_shown = silent_on_shown
        self._rng = random.SystemRandom()

    async def heard(self, family: str, words: Sequence[Word]) -> tuple[str, ...]:
        """Write down, in one commit and in order, what labels of ``family`` said.

        The labels that confirmed their wish are returned: what was kept for them can be freed.
        """
        now = self._clock.now()

        def note(connection: Connection) -> _News:
            news = _News()
            for word in words:
                self._note(connection, family, word, news, now)
            return news

        news = await self._database.write_patiently(note)
        self._log(news)
        return tuple(news.settled)

    def shown(
        self, connection: Connection, label: str, wish: str, sha256: str, at: datetime
    ) -> bool:
        """The label shows its wish; True when that is news."""
        labels.see(connection, label, sha256, at)
        return _shown(connection, self._origin, label, wish, sha256, at)

    async def transferred(self, family: str, label: str, wish: str, at: datetime) -> None:
        """The label holds its wish."""
        await self._database.write_patiently(
            lambda connection: self._transferred(connection, family, label, wish, at)
        )

    def tell_failed(self, failed: Iterable[tuple[str, Failed]]) -> None:
        """Log the news of ``failed``, after their commit."""
        self._log(_News(failed=list(failed)))

    async def settled(self, names: Sequence[str]) -> frozenset[str]:
        """Those of these labels that show their wish."""
        return await self._database.read(
            lambda connection: frozenset(
                label
                for label in names
                if (current := deliveries.get(connection, label)) is not None
                and current.state == "shown"
            )
        )

    def _note(
        self, connection: Connection, family: str, word: Word, news: _News, now: datetime
    ) -> None:
        match word:
            case Announced():
                self._announced(connection, family, word, news, now)
            case Reported():
                self._reported(connection, family, word, news, now)
            case Measured():
                _hear(connection, word, now)
                reach.heard_via(connection, word.label, word.via, now)
                discovered.hear(connection, word.label, word.telemetry, word.via, now)
            case Presence():
                if labels.presence(connection, word, now):
                    proof.reached(connection, word.label, now, reachable=word.online)
            case Unidentified():
                self._unidentified(connection, family, word, news, now)
            case Foreign():
                _foreign(connection, word.label, news, now)
            case _:
                assert_never(word)
        if isinstance(word, Announced | Unidentified | Measured) or (
            isinstance(word, Presence) and word.online
        ):
            queue.wake(connection, word.label, now)

    def _announced(
        self, connection: Connection, family: str, heard: Announced, news: _News, now: datetime
    ) -> None:
        before = labels.get(connection, heard.label, leaving=True)
        if before is None and not self._met(connection, family, heard, news, now):
            return
        labels.announce(connection, family, heard, now, before=before)
        _hear(connection, heard, now)
        reach.heard_via(connection, heard.label, heard.via, now)
        delivery = deliveries.get(connection, heard.label)
        if delivery is None or delivery.state != "shown" or not heard.tells_showing:
            return
        if heard.showing != delivery.sha256:
            _shows_other(connection, heard.label, heard.showing, news, now)

    def _unidentified(
        self, connection: Connection, family: str, heard: Unidentified, news: _News, now: datetime
    ) -> None:
        """It is as it was adopted; only a person can say what it is."""
        known = labels.get(connection, heard.label, leaving=True) is not None
        if known or self._met(connection, family, heard, news, now):
            labels.renew(connection, heard.label, heard.firmware)
            _hear(connection, heard, now)
            reach.heard_via(connection, heard.label, heard.via, now)

    def _met(
        self,
        connection: Connection,
        family: str,
        heard: Announced | Unidentified,
        news: _News,
        now: datetime,
    ) -> bool:
        """Whether the label becomes ours now; else it waits for a person."""
        if news.turned_away:
            # Counting many rows takes a while: once in a transaction is enough.
            news.turned_away += 1
            return False
        met = self._meetings.meet(connection, family, heard, now)
        if met is Met.NO_ROOM:
            news.turned_away += 1
            tasks.open_(connection, TOO_MANY, "", {"message": self._meetings.full(heard)}, now)
        if met is Met.OURS:
            news.new.append(heard)
            tasks.close(connection, TOO_MANY, "")
        return met is Met.OURS

    def _reported(
        self, connection: Connection, family: str, heard: Reported, news: _News, now: datetime
    ) -> None:
        label = labels.get(connection, heard.label, leaving=True)
        if label is None:
            return
        _hear(connection, heard, now)
        shows = isinstance(heard.outcome, Shown)
        # What the broker kept may be older than anything else we heard: it can only confirm.
        if heard.retained and not (shows and label.sight_sha256 == heard.sha256):
            return
        if shows:
            labels.see(connection, heard.label, heard.sha256, now)
        current = deliveries.get(connection, heard.label)
        if current is None:
            return
        if (current.wish, current.sha256) == (heard.wish, heard.sha256):
            self._answered(connection, family, heard, news, now)
        elif shows and current.state == "shown" and current.sha256 != heard.sha256:
            _shows_other(connection, heard.label, heard.sha256, news, now)

    def _answered(
        self, connection: Connection, family: str, heard: Reported, news: _News, now: datetime
    ) -> None:
        """The label speaks of the very picture that was handed over for its wish."""
        match heard.outcome:
            case Shown():
                _shown(connection, self._origin, heard.label, heard.wish, heard.sha256, now)
                news.settled.append(heard.label)
            case Transferred():
                self._transferred(connection, family, heard.label, heard.wish, now)
            case Failed() as outcome:
                if self.failed(connection, heard.label, heard.wish, outcome, now):
                    news.failed.append((heard.label, outcome))
            case Later():
                return
            case _:
                assert_never(heard.outcome)

    def failed(
        self, connection: Connection, label: str, wish: str, outcome: Failed, at: datetime
    ) -> bool:
        """The label said no: it is tried again later; True when that is news."""
        current = deliveries.get(connection, label)
        if current is None or current.wish != wish:
            return False
        reason, detail = outcome.reason.value, outcome.detail
        wait = retrying.pause(
            reason,
            current.attempts,
            self._rng,
            first_s=self._settings.retry_s,
            max_s=self._settings.retry_max_s,
        )
        news = (current.state, current.reason) != ("failed", reason)
        deliveries.failed(connection, label, wish, reason=reason, detail=detail, again_at=at + wait)
        healing.heal(connection, label)
        if current.state == "shown":
            price_shown.unconfirmed(connection, label)
        if news:
            _prove_failure(connection, self._origin, label, wish, reason, detail, at)
        return news

    def _transferred(
        self, connection: Connection, family: str, label: str, wish: str, at: datetime
    ) -> None:
        final = family in self._silent_on_shown
        if deliveries.transferred(connection, label, wish, at, final=final):
            proof.transferred(connection, label, wish, at)

    def _log(self, news: _News) -> None:
        for one in news.new:
            log.info("new label", label=one.label, firmware=one.firmware)
        for label, outcome in news.failed:
            log.warning(
                "label failed", label=label, reason=outcome.reason.value, detail=outcome.detail
            )
        for label in news.foreign:
            log.warning("somebody else writes to the label; it is left alone", label=label)
        if news.turned_away and not self.turned_away:
            log.error("too many labels; no new ones are taken in", most=self._most)
        self.turned_away += news.turned_away


def _hear(
    connection: Connection, heard: Announced | Unidentified | Reported | Measured, at: datetime
) -> None:
    """The label is in reach: whatever it says, its return goes on record.

    What the broker kept says nothing of that: the label may be long gone.
    """
    if isinstance(heard, Announced | Reported) and heard.retained:
        return
    if labels.hear(connection, heard.label, heard.telemetry, at):
        proof.reached(connection, heard.label, at, reachable=True)


def _shows_other(
    connection: Connection, label: str, sha256: str | None, news: _News, at: datetime
) -> None:
    """It does not show what it confirmed: it lost its picture, or somebody else writes to it."""
    if sha256 is not None and frames.fingerprint_of(connection, sha256) is None:
        _foreign(connection, label, news, at, showing=sha256)
    else:
        deliveries.requeue(connection, label, reason=Reason.IMAGE_MISSING.value, at=at)
        price_shown.unconfirmed(connection, label)
        proof.lost(connection, label, sha256, at)


def _foreign(
    connection: Connection, label: str, news: _News, at: datetime, *, showing: str | None = None
) -> None:
    current = deliveries.get(connection, label)
    if deliveries.give_way(connection, label, at):
        news.foreign.append(label)
    price_shown.unconfirmed(connection, label)
    if current is not None and current.state == "shown":
        proof.lost(connection, label, showing, at)


def _shown(
    connection: Connection, origin: Origin, label: str, wish: str, sha256: str, at: datetime
) -> bool:
    if not deliveries.shown(connection, label, wish, at):
        return False
    fingerprint = frames.wished(connection, label) or ""
    price_shown.confirmed(connection, label, at)
    chained = proof.shown(connection, label, wish, fingerprint, sha256, at)
    event = events.label_shown(
        origin,
        event_id=str(uuid.uuid4()),
        label=label,
        wish=wish,
        fingerprint=fingerprint,
        proof=chained.hex(),
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
    return True


def _prove_failure(
    connection: Connection,
    origin: Origin,
    label: str,
    wish: str,
    reason: str,
    detail: str,
    at: datetime,
) -> None:
    proof.failed(connection, label, wish, reason, at)
    event = events.label_failed(
        origin,
        event_id=str(uuid.uuid4()),
        label=label,
        wish=wish,
        reason=reason,
        detail=detail or None,
        time=at,
    )
    outbox.append_or_gap(connection, Lane.KEEP, event, at)
