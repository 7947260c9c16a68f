"""Asks labels that said nothing for long whether they are there, where they answer.

A label that hangs on its link all day has no reason to speak while its price stays, and its last
will is lost with the broker that kept it. So silence alone says nothing of it; silence after a
question does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from device_drivers.api.drivers import Asks, Described, LabelDriver, Picture
from gateway.labels import driving
from gateway.store import deliveries, frames, labels
from gateway.store import health as store
from gateway.store.database import Connection, Database

_AT_ONCE: Final = 100
"""Labels asked at one look: a broker and its labels notice nothing of that."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    family: str
    label: Described
    wish: str
    picture: Picture


class Asking:
    """Asks each label that said nothing for ``after``, and again while it does not answer.

    One question may get lost on its way: only two that are unanswered say something.
    """

    def __init__(
        self, database: Database, drivers: Mapping[str, LabelDriver], after: timedelta
    ) -> None:
        self._database = database
        self._drivers = {name: one for name, one in drivers.items() if isinstance(one, Asks)}
        self._after = after
        self._again = after / 4
        self._asked: dict[str, tuple[datetime, int]] = {}

    async def look(self, now: datetime) -> None:
        """Ask the next of those that say nothing; who was heard since is forgotten."""
        if not self._drivers:
            return
        quiet = await self._database.read(
            partial(store.quiet, families=tuple(self._drivers), before=now - self._after)
        )
        self._asked = {label: self._asked[label] for label, _ in quiet if label in self._asked}
        turn = self._turn(quiet, now)
        asking = await self._database.read(lambda rows: _questions(rows, self._drivers, turn))
        # Who cannot be asked had a turn as well, or would keep it from the others for ever.
        for label in {label for label, _ in turn} - {one.label.label for one in asking}:
            self._had_turn(label, now, asked=False)
        for one in asking:
            driver = self._drivers[one.family]
            was_asked = await driving.ask(driver, one.label, one.wish, one.picture)
            self._had_turn(one.label.label, now, asked=was_asked)
            if not was_asked:
                return

    def unanswered(self, before: datetime) -> frozenset[str]:
        """Those that were asked twice, before then, and not heard since as far as was looked."""
        return frozenset(
            label for label, (at, times) in self._asked.items() if times > 1 and at <= before
        )

    def _turn(self, quiet: Sequence[tuple[str, str]], now: datetime) -> list[tuple[str, str]]:
        """Who is asked now: those that never had a turn, then who had it longest ago."""
        waiting = [one for one in quiet if self._last_turn(one[0]) <= now - self._again]
        return sorted(waiting, key=lambda one: self._last_turn(one[0]))[:_AT_ONCE]

    def _last_turn(self, label: str) -> datetime:
        return self._asked[label][0] if label in self._asked else _NEVER

    def _had_turn(self, label: str, now: datetime, *, asked: bool) -> None:
        _, times = self._asked.get(label, (now, 0))
        self._asked[label] = now, times + asked


def _questions(
    connection: Connection, drivers: Mapping[str, LabelDriver], quiet: list[tuple[str, str]]
) -> list[_Question]:
    found = (_question(connection, drivers[family], label) for label, family in quiet)
    return [one for one in found if one is not None]


def _question(connection: Connection, driver: LabelDriver, name: str) -> _Question | None:
    label = labels.get(connection, name)
    wish, delivery = deliveries.wish(connection, name), deliveries.get(connection, name)
    frame = frames.get(connection, wish.fingerprint) if wish is not None else None
    if label is None or wish is None or delivery is None or frame is None:
        return None
    if delivery.sha256 is None:
        return None
    described = Described(
        label=name,
        model=label.panel.name,
        formats=label.formats,
        firmware=label.firmware,
        via=label.via,
    )
    if label.correction is not None and not wish.raw:
        frame = label.correction.apply(frame)
    try:
        picture = driving.encode(driver, frame, described)
    except ValueError:
        return None
    return _Question(
        family=label.family,
        label=described,
        wish=wish.id,
        picture=replace(picture, sha256=delivery.sha256),
    )
