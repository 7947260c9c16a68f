"""Room on the disk of the data folder, and how long it takes to keep a promise on it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gateway.ops.doctor.box import Box
from gateway.store import room
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

LITTLE_BYTES: Final = 500_000_000
"""Below this somebody should look; the largest snapshot of a feed takes less."""
TOO_LITTLE_BYTES: Final = 50_000_000
SLOW_S: Final = 0.15
"""A worn SD card; a good one takes 10 to 40 ms, and each scan waits for one."""
TOO_SLOW_S: Final = 1.5
_TRIES: Final = 5
_BLOCK: Final = bytes(4096)

FULL = Advice(
    code="disk_full",
    what=Text(
        es="El disco está lleno: no se puede guardar nada más (quedan {free} MB)",
        en="The disk is full: nothing more can be stored ({free} MB are left)",
    ),
    do=Text(
        es="Libera espacio en ese disco: borra registros viejos y archivos que no sean de Anaquel, "
        "o sube la cuota. Lo guardado no se pierde.",
        en="Free space on that disk: delete old logs and files that are not Anaquel's, or "
        "raise the quota. What is stored is not lost.",
    ),
)
NEARLY_FULL = Advice(
    code="disk_nearly_full",
    state=State.ATTENTION,
    what=Text(es="Al disco le quedan {free} MB", en="The disk has {free} MB left"),
    do=Text(
        es="Libera espacio en ese disco antes de que se llene, o pon uno mayor.",
        en="Free space on that disk before it is full, or put in a larger one.",
    ),
)
NO_FILES = Advice(
    code="disk_no_files",
    what=Text(
        es="En el disco no cabe ningún archivo más, aunque quede espacio",
        en="The disk takes no more files, although there is space",
    ),
    do=Text(
        es="Borra carpetas con muchos archivos pequeños en ese disco.",
        en="Delete folders with many small files on that disk.",
    ),
)
SLOW = Advice(
    code="disk_slow",
    state=State.ATTENTION,
    what=Text(
        es="El disco tarda {time} ms en guardar; lo normal es menos de {most} ms",
        en="The disk takes {time} ms to store something; less than {most} ms is normal",
    ),
    do=Text(
        es="Si es una tarjeta SD, cámbiala por una de clase A2 o un disco SSD: las gastadas se "
        "vuelven lentas antes de fallar.",
        en="If it is an SD card, replace it by one of class A2 or an SSD: worn ones get slow "
        "before they fail.",
    ),
)
TOO_SLOW = Advice(
    code="disk_too_slow",
    what=SLOW.what,
    do=Text(
        es="Mira si otro programa lo ocupa (iotop). Si no, cambia pronto la tarjeta o el disco: "
        "así se comportan antes de fallar.",
        en="See whether another program keeps it busy (iotop). If not, replace the card or disk "
        "soon: this is how they behave before they fail.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Room, files, and the time of a write that is forced to the disk."""
    folder = _there(box.settings.data.folder)
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    where, said = str(folder), f"{free / 1e6:.0f}"
    if room.is_none(folder) or free < TOO_LITTLE_BYTES:
        yield FULL.at(where, free=said)
        return
    if found.f_files and not found.f_favail:
        yield NO_FILES.at(where)
        return
    if free < LITTLE_BYTES:
        yield NEARLY_FULL.at(where, free=said)
    yield from judged(where, stored_in_s(folder))


def judged(where: str, seconds: float) -> Iterable[Finding]:
    """What to say of a disk on which storing takes so long."""
    if seconds > SLOW_S:
        advice = TOO_SLOW if seconds > TOO_SLOW_S else SLOW
        yield advice.at(where, time=f"{seconds * 1000:.0f}", most=f"{SLOW_S * 1000:.0f}")


def stored_in_s(folder: Path) -> float:
    """Seconds that one block takes to be on disk, the middle of a few; leaves no file behind.

    Raises ``OSError``.
    """
    took = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
        for _ in range(_TRIES):
            began = time.monotonic()
            probe.write(_BLOCK)
            os.fsync(probe.fileno())
            took.append(time.monotonic() - began)
    return statistics.median(took)


def _there(folder: Path) -> Path:
    return next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
