"""The list of checks. A new one is a function in a module of its field, and a line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gateway.ops.doctor import (
    access_points,
    address,
    backups,
    bluetooth,
    brokers,
    certificates,
    clock,
    config,
    database,
    disk,
    files,
    fonts,
    ports,
    sources,
    templates,
)
from gateway.ops.doctor.box import Box
from gateway.web.findings import Finding
from gateway.web.words import Text

Blocking = Callable[[Box], Iterable[Finding]]
Waiting = Callable[[Box], Awaitable[Iterable[Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: ``blocking`` runs in a thread, ``waiting`` on the event loop.

    After ``limit_s`` seconds it counts as not looked at. A check changes nothing, sends nothing
    that anybody would act on, and finds nothing where all is well or another check tells it.
    """

    name: str
    title: Text
    blocking: Blocking | None = None
    waiting: Waiting | None = None
    limit_s: float = 10.0


CHECKS: Final = (
    Check(name="config", title=Text(es="Ajustes", en="Settings"), blocking=config.look),
    Check(
        name="files",
        title=Text(es="Archivos y permisos", en="Files and rights"),
        blocking=files.look,
    ),
    Check(name="disk", title=Text(es="Disco", en="Disk"), blocking=disk.look, limit_s=20.0),
    Check(name="clock", title=Text(es="Hora", en="Clock"), blocking=clock.look),
    Check(
        name="database",
        title=Text(es="Base de datos", en="Database"),
        blocking=database.look,
        limit_s=database.LIMIT_S + 5.0,
    ),
    Check(
        name="backups",
        title=Text(es="Copias de seguridad", en="Backups"),
        blocking=backups.look,
    ),
    Check(
        name="brokers",
        title=Text(es="Brókeres MQTT", en="MQTT brokers"),
        waiting=brokers.look,
        limit_s=20.0,
    ),
    Check(
        name="certificates",
        title=Text(es="Certificados", en="Certificates"),
        blocking=certificates.look,
    ),
    Check(
        name="sources",
        title=Text(es="Origen de los datos", en="Source of the data"),
        blocking=sources.look,
    ),
    Check(
        name="bluetooth",
        title=Text(es="Bluetooth", en="Bluetooth"),
        waiting=bluetooth.look,
    ),
    Check(
        name="access_points",
        title=Text(es="Puntos de acceso", en="Access points"),
        waiting=access_points.look,
    ),
    Check(name="ports", title=Text(es="Puertos", en="Ports"), blocking=ports.look),
    Check(
        name="address",
        title=Text(es="Dirección pública", en="Public address"),
        blocking=address.look,
    ),
    Check(
        name="fonts",
        title=Text(es="Letras", en="Letters"),
        blocking=fonts.look,
        limit_s=30.0,
    ),
    Check(
        name="templates",
        title=Text(es="Plantillas", en="Templates"),
        blocking=templates.look,
        limit_s=30.0,
    ),
)
