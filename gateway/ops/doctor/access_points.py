"""The access points of the settings: do they answer, and are they what the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from device_drivers import registry
from device_drivers.labels.wire import ProtocolError
from device_drivers.links.http import HttpError, HttpPoint
from gateway.ops.doctor.box import Box
from gateway.settings import AccessPointSection
from gateway.web.findings import Advice, Finding
from gateway.web.words import Text

_ANSWER_S: Final = 5.0

AWAY = Advice(
    code="access_point_away",
    what=Text(
        es="El punto de acceso {name} no responde en {url}",
        en="The access point {name} does not answer at {url}",
    ),
    do=Text(
        es="Mira si tiene corriente y red, y si su dirección (url) es esa.",
        en="See whether it has power and network, and whether its address (url) is that one.",
    ),
)
STRANGE = Advice(
    code="access_point_strange",
    what=Text(
        es="Lo que responde en {url} no es un punto de acceso {family}",
        en="What answers at {url} is no access point of the family {family}",
    ),
    do=Text(
        es="Corrige family o url del punto de acceso {name} en los ajustes.",
        en="Correct family or url of the access point {name} in the settings.",
    ),
)
NO_FAMILY = Advice(
    code="access_point_no_family",
    what=Text(
        es="La familia {family} del punto de acceso {name} no está instalada",
        en="The family {family} of the access point {name} is not installed",
    ),
    do=Text(
        es="Instala su controlador, o corrige family. Hay: {families}",
        en="Install its driver, or correct family. There are: {families}",
    ),
)


async def look(box: Box) -> Iterable[Finding]:
    """Ask each of them, all at once; families of others have been loaded before."""
    points = box.settings.access_points
    if not points:
        return []
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_asked(name, point)) for name, point in points.items()]
    return [finding for task in tasks for finding in task.result()]


async def _asked(name: str, point: AccessPointSection) -> Iterable[Finding]:
    where = f"access_points.{name}"
    facts = {"name": name, "url": point.url, "family": point.family}
    family = registry.LABELS.get(point.family)
    if family is None:
        return [NO_FAMILY.at(where, families=", ".join(registry.LABELS), **facts)]
    http = HttpPoint(point.url, answer_s=_ANSWER_S)
    try:
        if family.recognise is not None:
            await family.recognise(http)
        else:
            await http.get("/")
    except HttpError as error:
        return [AWAY.at(where, detail=str(error), **facts)]
    except ProtocolError as error:
        return [STRANGE.at(where, detail=str(error), **facts)]
    return []
