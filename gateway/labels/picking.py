"""Picking what is delivered next: whose turn it is, with the picture as it will travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from device_drivers.api.drivers import LabelDriver, Picture
from gateway.domain import retrying
from gateway.domain.ranking import Rank
from gateway.labels import driving
from gateway.labels.ways import Room
from gateway.store import frames, queue
from gateway.store.database import Connection
from gateway.store.queue import Due

AT_A_LOOK = 50
"""Pictures encoded in one read, spread over the ways: few enough that others are heard
meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A delivery whose turn has come, with its picture, or why there is none."""

    due: Due
    picture: Picture | None = None
    no_picture: str = ""
    problem: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the label shows exactly this already and nothing else can arrive."""
        due = self.due
        shows = due.shows is not None if self.picture is None else self.picture.sha256 == due.sight
        return shows and not due.loose and not due.repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """``more`` waits although there is room; ``overtaken`` are under way for nothing.

    ``coming`` is the next turn of those that have none yet.
    """

    ready: tuple[Ready, ...]
    more: bool
    overtaken: frozenset[str]
    coming: datetime | None


def pick(
    connection: Connection,
    drivers: Mapping[str, LabelDriver],
    room: Room,
    under_way: Mapping[str, tuple[str, str]],
    ranks: Sequence[Rank],
    at: datetime,
) -> Picked:
    """What may begin at ``at``; ``under_way`` are the wish and the way by label."""
    ways = queue.ways(connection)
    share = max(AT_A_LOOK // max(len(ways), 1), 1)
    ready: list[Ready] = []
    more = False
    for way in ways:
        free = room(way)
        begin = min(free, share)
        if not begin:
            continue
        busy = sum(one == way for _, one in under_way.values())
        due = queue.due(connection, way, at, begin + busy, ranks)
        waiting = [one for one in due if one.label not in under_way][:begin]
        more = more or (len(waiting) == begin < free)
        ready += (_ready(connection, drivers, one) for one in waiting)
    wishes = queue.current(connection, under_way)
    return Picked(
        ready=tuple(ready),
        more=more,
        overtaken=frozenset(
            label for label, (wish, _) in under_way.items() if wishes.get(label) != wish
        ),
        coming=queue.next_due(connection, after=at, ranks=ranks),
    )


def _ready(connection: Connection, drivers: Mapping[str, LabelDriver], due: Due) -> Ready:
    driver = drivers.get(due.family)
    if driver is None:
        return Ready(due=due, no_picture="no_driver")
    ready = Ready(due=due)
    if ready.is_shown:
        return ready
    frame = frames.get(connection, due.fingerprint)
    if frame is None:
        return Ready(due=due, no_picture="frame_missing")
    formats = retrying.offered(due.described.formats, due.reason, due.same)
    try:
        sent = frame if due.correction is None else due.correction.apply(frame)
        picture = driving.encode(driver, sent, replace(due.described, formats=formats))
    except ValueError as error:
        return Ready(due=due, problem=str(error) or "the picture cannot be encoded")
    ready = Ready(due=due, picture=picture)
    if due.correction is not None and ready.is_shown:
        return Ready(due=replace(due, shows=picture.sha256))
    return ready


def hand_over(
    connection: Connection,
    ready: Sequence[Ready],
    until: Mapping[str, datetime],
    at: datetime,
) -> AbstractSet[str]:
    """Note that these pictures go out, with leases; the labels that still want them."""
    wanted = set()
    for one in ready:
        due, picture = one.due, one.picture
        if picture is None:
            continue
        frames.note_picture(connection, picture.sha256, due.fingerprint)
        if queue.handing_over(
            connection, due.label, due.wish, picture.sha256, at=at, until=until[due.label]
        ):
            wanted.add(due.label)
    return wanted
