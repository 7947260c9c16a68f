"""What there is to tell: one look at what stands, and what of it goes into notices."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.domain import noticing
from gateway.domain.noticing import BOX, OUTAGE, TASK, WEEKLY, Fact, Line, News, Patience, State
from gateway.notices import composing
from gateway.notices.composing import Shop
from gateway.notices.receivers import Receiver
from gateway.settings import Settings
from gateway.store import notices, overview
from gateway.store.database import Connection
from gateway.store.notices import Notice
from gateway.store.overview import Facet
from gateway.wording import languages, times

_ALIVE: Final = "alive"
_WEEKLY: Final = "weekly"
_HOUR: Final = timedelta(hours=1)
_WAITING_MOST: Final = 50
"""Notices on their way to one receiver; beyond it lines wait, of each subject the newest."""
FAILED: Final = "notice_failed"


def shop_of(settings: Settings) -> Shop:
    """Who tells; the first call reads files about languages and time zones."""
    own = settings.shop
    locale = languages.locale(own.language, own.country)
    zone = own.zone

    def clock(at: datetime) -> str:
        day = times.short_date(at, None, zone, locale)
        return f"{day}, {times.clock_time(at, zone, locale)}"

    return Shop(
        name=own.name or own.store,
        store=own.store,
        gateway=own.gateway,
        language=own.language,
        clock=clock,
    )


class Look:
    """Looks for one gateway; all inside the caller's transactions."""

    def __init__(self, settings: Settings, receivers: Sequence[Receiver]) -> None:
        own = settings.notices
        self._settings = settings
        self._receivers = receivers
        self._away = timedelta(seconds=own.outage_s)
        self._patience = Patience(task=timedelta(seconds=own.settle_s), outage=self._away)

    @property
    def _shop(self) -> Shop:
        """As it is set now; only where files may be read: on the thread that writes."""
        return shop_of(self._settings)

    def begin(self, connection: Connection) -> None:
        """At a start: forget receivers that are no more."""
        notices.forget_all_but(connection, [one.key for one in self._receivers])

    def look(
        self, connection: Connection, down: Mapping[str, int], now: datetime, *, trusted: bool
    ) -> None:
        """See what is news, and make notices. ``down``: connections that are away, how many each.

        While the time is not ``trusted`` nothing is said of how long the box was off, nor is a
        week over.
        """
        lines = [_line(one, now) for one in self._news(connection, down, now)]
        if trusted:
            lines += [*self._box(connection, now), *self._week(connection, now)]
        for receiver in self._receivers:
            if notices.receiver(connection, receiver.key).closed:
                continue
            for line in lines:
                if receiver.wants(line.subject):
                    notices.add_line(connection, receiver.key, line)
            self._compose(connection, receiver, now)
        notices.prune(connection, now)

    def test(self, connection: Connection, receiver: Receiver, now: datetime) -> None:
        """A notice that says only that notices arrive; one at a time."""
        notices.reopen(connection, receiver.key)
        if notices.hurry(connection, receiver.key, now):
            return
        line = Line(subject=notices.TEST, at=now, facts={})
        for draft in composing.compose(receiver.preset, [line], self._shop, 1):
            notices.add(connection, _notice(receiver, draft, now))

    def _news(
        self, connection: Connection, down: Mapping[str, int], now: datetime
    ) -> Sequence[News]:
        facts = {
            f"{TASK}.{kind}": Fact(count=count, since=since)
            for kind, (count, since) in notices.tasks(connection).items()
        }
        facts |= {f"{OUTAGE}.{name}": Fact(count=count, since=now) for name, count in down.items()}
        before = notices.standings(connection)
        after, news = noticing.step(before, facts, now, self._patience)
        notices.settle(connection, before, after)
        return news

    def _box(self, connection: Connection, now: datetime) -> list[Line]:
        alive = notices.mark(connection, _ALIVE)
        notices.set_mark(connection, _ALIVE, now)
        if alive is None or now - alive < self._away:
            return []
        news = News(subject=BOX, state=State.ENDED, count=1, since=alive)
        return [_line(news, now)]

    def _week(self, connection: Connection, now: datetime) -> list[Line]:
        week, told = self._settings.notices.week, notices.mark(connection, _WEEKLY)
        if week is None:
            return []
        due = noticing.last_due(now, *week, self._settings.shop.zone)
        if told is not None and told >= due:
            return []
        notices.set_mark(connection, _WEEKLY, now)
        if told is None:
            return []  # a new shop has no week behind it
        return [Line(subject=WEEKLY, at=now, facts=self._summary(connection, now))]

    def _summary(self, connection: Connection, now: datetime) -> Mapping[str, Any]:
        late = timedelta(seconds=self._settings.labels.confirm_s)
        total, facets = overview.counts(connection, now - late)
        return {
            "labels": total,
            "shown": facets[Facet.SHOWN],
            "silent": facets[Facet.SILENT],
            "failed": facets[Facet.FAILED],
            "tasks": sum(count for count, _ in notices.tasks(connection).values()),
        }

    def _compose(self, connection: Connection, receiver: Receiver, now: datetime) -> None:
        lines = notices.lines(connection, receiver.key)
        if not lines:
            return
        made, waiting = notices.counts(connection, receiver.key, now - _HOUR, now)
        room = min(self._settings.notices.hourly - made, _WAITING_MOST - waiting)
        for draft in composing.compose(receiver.preset, lines, self._shop, room):
            notices.add(connection, _notice(receiver, draft, now))
            notices.remove_lines(connection, receiver.key, draft.of)


def _line(news: News, now: datetime) -> Line:
    facts = {
        "state": news.state.value,
        "count": news.count,
        "since": news.since.isoformat(timespec="seconds"),
    }
    return Line(subject=news.subject, at=now, facts=facts)


def _notice(receiver: Receiver, draft: composing.Draft, now: datetime) -> Notice:
    return Notice(
        id=f"msg_{uuid.uuid4().hex}",
        receiver=receiver.key,
        subject=draft.subject,
        title=draft.title,
        body=draft.body,
        made_at=now,
        due_at=now,
    )
