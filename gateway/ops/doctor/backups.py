"""Whether a copy of the shop's data is away from the box, and whether making them works."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.ops import backup_service
from gateway.ops.doctor.box import Box
from gateway.store import examining, tasks
from gateway.store.database import StorageError
from gateway.web.findings import Advice, Finding, State
from gateway.web.words import Text

OLD = Advice(
    code="backup_overdue",
    state=State.ATTENTION,
    what=Text(
        es="Ninguna copia de los últimos siete días está fuera del equipo",
        en="No backup of the last seven days is away from the box",
    ),
    do=Text(
        es="Conecta la memoria USB de las copias o descarga una en la página Copias de seguridad.",
        en="Plug in the USB stick for backups, or download one from the page Backups.",
    ),
)
FAILED = Advice(
    code="backup_failed",
    what=Text(
        es="La última copia de seguridad no se pudo hacer",
        en="The last backup could not be made",
    ),
    do=Text(
        es="Mira el detalle, corrígelo y prueba con anaquel backup.",
        en="See the detail, put it right and try with anaquel backup.",
    ),
)
_OF_TASK = {backup_service.OVERDUE: OLD, backup_service.FAILED: FAILED}


def look(box: Box) -> Iterable[Finding]:
    """Tell what the gateway found when it last looked after its backups."""
    try:
        with examining.reading(box.database) as connection:
            found = [one for kind in _OF_TASK for one in tasks.of_kind(connection, kind, 1)]
    except StorageError:
        return  # the check of the database tells it
    for task in found:
        detail = str(task.detail.get("message", ""))
        yield _OF_TASK[task.kind].at("backup", detail=detail)
