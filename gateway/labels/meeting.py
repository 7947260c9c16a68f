"""Meeting labels that nobody knows: they wait for a person, unless somebody said before.

One that a list names for a zone of another system is only taken in once its zone is switched.
A row of the feed that names a label says that it is ours. So does the configuration, for families
that let in only who may. One that was retired is told once and waits like any other.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto

from device_drivers.api.drivers import Announced, Unidentified
from gateway.domain.events import Origin
from gateway.labels import adopting, living
from gateway.labels.living import Doer
from gateway.labels.taking_over import zones
from gateway.settings import Labels
from gateway.store import binding_rows, discovered, labels, retired, takeover
from gateway.store.database import Connection


class Met(Enum):
    """What became of a label that was heard and was not ours."""

    OURS = auto()
    WAITS = auto()
    NO_ROOM = auto()


class Meetings:
    """Decides about newcomers; at most ``most`` labels become ours."""

    def __init__(self, origin: Origin, settings: Labels, *, most: int) -> None:
        self._origin = origin
        self._families = settings.adopt_by_themselves
        self._most = most

    def meet(
        self, connection: Connection, family: str, heard: Announced | Unidentified, at: datetime
    ) -> Met:
        """A label that is not ours was heard."""
        gone = retired.get(connection, heard.label) is not None
        if gone and isinstance(heard, Announced) and heard.retained:
            # The broker kept what it said once; that is no word of it.
            return Met.WAITS
        living.heard_again(connection, heard.label, at)
        if labels.count(connection) >= self._most:
            return Met.NO_ROOM
        named = takeover.named_with(connection, heard.label)
        if not discovered.put(connection, family, heard, at, named=named):
            return Met.NO_ROOM
        if gone:
            return Met.WAITS
        doer = Doer(origin=self._origin, by=adopting.BY_ITSELF, at=at)
        if zones.meet(connection, heard.label, doer):
            return Met.WAITS if labels.get(connection, heard.label) is None else Met.OURS
        waiting = discovered.get(connection, heard.label)
        if waiting is not None and waiting.panel is not None and family in self._families:
            adopting.take_in(connection, waiting, waiting.panel, doer)
        binding_rows.adopt(connection, heard.label, at)
        return Met.WAITS if labels.get(connection, heard.label) is None else Met.OURS

    def full(self, heard: Announced | Unidentified) -> str:
        """What to tell people when there is no room."""
        return (
            f"{self._most} labels are known, or {discovered.MOST} wait to be adopted: "
            f"{heard.label} was turned away; find out what introduces labels that do not exist"
        )
