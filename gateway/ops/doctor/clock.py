"""Whether the machine's clock can be believed: offers begin and end by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.domain import trusted_time
from gateway.domain.trusted_time import Doubt, Evidence
from gateway.ops.doctor.box import Box
from gateway.store import examining, time_marks
from gateway.store.database import Connection, StorageError
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

_JUST_NOW = timedelta(minutes=10)
"""A gateway that runs and believes its clock notes the time more often."""

_DO = Text(
    es="Conecta el equipo a un servidor de hora (timedatectl set-ntp true) o pon la hora a mano: "
    "timedatectl set-time.",
    en="Connect the box to a time server (timedatectl set-ntp true) or set the time by hand: "
    "timedatectl set-time.",
)
WRONG = Advice(
    code="clock_wrong",
    what=Text(
        es="El reloj del equipo marca {machine}, pero ya hubo horas posteriores: {newest}",
        en="The machine's clock says {machine}, but it has been later than that: {newest}",
    ),
    do=_DO,
)
FAR = Advice(
    code="clock_far",
    what=Text(
        es="El reloj del equipo marca {machine}, mucho después de la última hora conocida: "
        "{newest}",
        en="The machine's clock says {machine}, long after the last time that was known: {newest}",
    ),
    do=_DO,
)
UNCHECKED = Advice(
    code="clock_unchecked",
    state=State.ATTENTION,
    what=Text(
        es="Nada confirma el reloj del equipo, que marca {machine}: no hay servidor de hora",
        en="Nothing confirms the machine's clock, which says {machine}: there is no time server",
    ),
    do=_DO,
)
_OF_DOUBT = {
    Doubt.GONE_BACK: WRONG,
    Doubt.CENTRAL_DIFFERS: WRONG,
    Doubt.TOO_FAR: FAR,
    Doubt.UNCHECKED: UNCHECKED,
}


def look(box: Box) -> Iterable[Finding]:
    """Hold the clock against the time server, and against times that have been."""
    if box.settings.time.trust == "always":
        return
    now, system = box.clock.now(), box.system_time()
    newest, doubted = _marks(box)
    evidence = Evidence(
        machine=now,
        synchronised=system.synchronised,
        battery=system.battery,
        newest=newest,
    )
    doubt = trusted_time.doubt(evidence)
    if doubt is None:
        return
    confirmed = newest is not None and not doubted and abs(now - newest) < _JUST_NOW
    if doubt is Doubt.UNCHECKED and confirmed:
        return  # central has confirmed it to the gateway that runs
    if doubt is Doubt.UNCHECKED and newest is not None and now - newest > trusted_time.LONGEST_OFF:
        doubt = Doubt.TOO_FAR
    said = _said(box, newest) if newest is not None else "-"
    yield _OF_DOUBT[doubt].at("timedatectl", machine=_said(box, now), newest=said)


def _marks(box: Box) -> tuple[datetime | None, bool]:
    def marks(rows: Connection) -> tuple[datetime | None, bool]:
        return time_marks.newest(rows), time_marks.is_doubted(rows)

    try:
        with examining.reading(box.database) as connection:
            return marks(connection)
    except StorageError:
        return None, False


def _said(box: Box, at: datetime) -> str:
    return f"{at.astimezone(box.settings.shop.zone):%Y-%m-%d %H:%M}"
