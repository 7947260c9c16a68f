"""The database file: readable, whole, of a version that this program knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.ops.doctor.box import Box
from gateway.store import examining
from gateway.store.database import StorageError
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

LIMIT_S: Final = 60.0
"""Enough for 2 GB on an SD card."""
READ_AT_ONCE: Final = 200_000_000
"""Bytes that are read whole also for a page; larger files only by the command."""
LONG_LOG: Final = 200_000_000

NONE_YET = Advice(
    code="database_none",
    state=State.ATTENTION,
    what=Text(es="Todavía no hay base de datos", en="There is no database yet"),
    do=Text(
        es="Se crea al arrancar: anaquel run. Si antes había una, mira data.folder en los ajustes.",
        en="It is made at the start: anaquel run. If there was one before, look at data.folder in "
        "the settings.",
    ),
)
UNREADABLE = Advice(
    code="database_unreadable",
    what=Text(es="La base de datos no se puede leer", en="The database cannot be read"),
    do=Text(
        es="Mira el detalle. Si el archivo está dañado, para el equipo Anaquel y pon una copia de "
        "seguridad en su lugar.",
        en="Look at the detail. If the file is damaged, stop the gateway and put a backup in its "
        "place.",
    ),
)
DAMAGED = Advice(
    code="database_damaged",
    what=Text(es="La base de datos está dañada", en="The database is damaged"),
    do=Text(
        es="Para el equipo Anaquel, guarda aparte ese archivo, pon una copia de seguridad en su "
        "lugar y cambia el disco o la tarjeta.",
        en="Stop the gateway, keep that file aside, put a backup in its place, and replace the "
        "disk or card.",
    ),
)
NEWER = Advice(
    code="database_newer",
    what=Text(
        es="La base de datos es de un Anaquel más nuevo: versión {version}, este conoce {newest}",
        en="The database is of a newer Anaquel: version {version}, this one knows {newest}",
    ),
    do=Text(
        es="Instala otra vez el Anaquel más nuevo, o pon una copia de seguridad de antes de "
        "actualizar.",
        en="Install the newer Anaquel again, or put back a backup made before the update.",
    ),
)
LOG_LONG = Advice(
    code="database_log_long",
    state=State.ATTENTION,
    what=Text(
        es="El registro de la base de datos mide {size} MB: algo la lee sin parar",
        en="The database's log has grown to {size} MB: something reads it without end",
    ),
    do=Text(
        es="Cierra los programas que tengan abierto ese archivo (fuser {path}) y reinicia el "
        "equipo Anaquel.",
        en="Close programs that have the file open (fuser {path}), then restart the gateway.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Read the file beside whoever has it open."""
    path = box.database
    if not path.exists():
        yield NONE_YET.at(str(path))
        return
    whole = not box.inside or path.stat().st_size <= READ_AT_ONCE
    try:
        found = examining.examine(path, limit_s=LIMIT_S, whole=whole)
    except StorageError as error:
        yield UNREADABLE.at(str(path), detail=str(error))
        return
    if found.version > found.newest:
        versions = {"version": str(found.version), "newest": str(found.newest)}
        yield NEWER.at(str(path), **versions)
    if found.problems:
        yield DAMAGED.at(str(path), detail="; ".join(found.problems))
    if found.log_bytes > LONG_LOG:
        log = examining.log_of(path)
        yield LOG_LONG.at(str(log), size=f"{found.log_bytes / 1e6:.0f}", path=str(path))
