"""Asks labels that said nothing for long whether they are there, where they answer.

A label that hangs on its link all day has no reason to speak while its price stays, and its last
will is lost with the broker that kept it. So silence alone says nothing of it; silence after a
question does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from device_drivers.api.drivers import Asks, Described, LabelDriver, Picture
from gateway.labels import driving
from gateway.store import deliveries, frames, labels
from gateway.store import health as store
from gateway.store.database import Connection, Database

_AT_ONCE: Final = 100
"""Labels asked at one look: a broker and its labels notice nothing of that."""


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
        new = [one for one in quiet if self._has_turn(one[0], now)][:_AT_ONCE]
        for one in await self._database.read(lambda rows: _questions(rows, self._drivers, new)):
            driver = self._drivers[one.family]
            if not await driving.ask(driver, one.label, one.wish, one.picture):
                return
            _, times = self._asked.get(one.label.label, (now, 0))
            self._asked[one.label.label] = now, times + 1

    def unanswered(self, before: datetime) -> frozenset[str]:
        """Those that were asked twice, before then, and not heard since as far as was looked."""
        return frozenset(
            label for label, (at, times) in self._asked.items() if times > 1 and at <= before
        )

    def _has_turn(self, label: str, now: datetime) -> bool:
        asked = self._asked.get(label)
        return asked is None or now - asked[0] >= self._again


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
