"""The ports of the sites: free, or taken by this very gateway."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from gateway.ops.doctor.box import Box
from gateway.settings import Listen
from gateway.web.findings import Advice, Finding
from gateway.web.words import Text

_PROC: Final = Path("/proc")
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
_HEALTHY: Final = b'{"status"'
_LONGEST: Final = 100
_ANSWER_S: Final = 3.0
_LISTENS: Final = "0A"
"""TCP_LISTEN as /proc/net/tcp writes it (proc_pid_net(5))."""

TAKEN = Advice(
    code="port_taken",
    what=Text(
        es="Otro programa usa el puerto {port}: {program}",
        en="Another program uses port {port}: {program}",
    ),
    do=Text(
        es="Páralo, o escribe otro port en {section}.",
        en="Stop it, or write another port in {section}.",
    ),
)
NEEDS_A_RIGHT = Advice(
    code="port_needs_a_right",
    what=Text(
        es="El puerto {port} es de los reservados y no tenemos permiso para usarlo",
        en="Port {port} is a reserved one and we have no right to use it",
    ),
    do=Text(
        es="Escribe en {section} un port desde 1024, o da al servicio "
        "AmbientCapabilities=CAP_NET_BIND_SERVICE.",
        en="Write a port from 1024 on in {section}, or give the service "
        "AmbientCapabilities=CAP_NET_BIND_SERVICE.",
    ),
)
NO_SUCH_HOST = Advice(
    code="port_no_such_host",
    what=Text(
        es="Este equipo no tiene la dirección {host}",
        en="This machine does not have the address {host}",
    ),
    do=Text(
        es='Corrige host en {section}: "127.0.0.1" es solo este equipo, "0.0.0.0" toda la red.',
        en='Correct host in {section}: "127.0.0.1" is this machine alone, "0.0.0.0" the whole '
        "network.",
    ),
)


def look(box: Box) -> Iterable[Finding]:
    """Try to take each port, without ever listening on it."""
    if box.inside:
        return  # they are ours, or we would not run
    for name, listen in box.settings.sites.served.items():
        if listen.port:
            yield from _tried(f"[sites.{name}]", listen, box)


def _tried(section: str, listen: Listen, box: Box) -> Iterator[Finding]:
    where = f"{section} {listen.host}:{listen.port}"
    facts = {"section": section, "port": str(listen.port), "host": listen.host}
    try:
        take(listen.host, listen.port)
    except socket.gaierror:
        yield NO_SUCH_HOST.at(where, **facts)
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                holder = _holder(listen.port)
                if not _is_ours(holder, box):
                    yield TAKEN.at(where, program=_called(holder), **facts)
            case errno.EACCES:
                yield NEEDS_A_RIGHT.at(where, **facts)
            case errno.EADDRNOTAVAIL:
                yield NO_SUCH_HOST.at(where, **facts)
            case _:
                raise


def take(host: str, port: int) -> None:
    """Take a port for an instant; nobody can connect meanwhile. Raises ``OSError``."""
    family, kind, protocol, _, where = socket.getaddrinfo(
        host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(where)


def _holder(port: int) -> int | None:
    """The process that listens on a port; None where the system does not tell us."""
    wanted = {f"socket:[{inode}]" for inode in _listening(port)}
    return next((pid for pid in _processes() if wanted & _open(pid)), None)


def _listening(port: int) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / name).read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == _LISTENS and int(local.rpartition(":")[2], 16) == port:
                    yield rest[5]


def _processes() -> Iterator[int]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def _open(pid: int) -> set[str]:
    """What a process has open; nothing of processes that are not ours to look at."""
    found = set()
    with contextlib.suppress(OSError):
        for link in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(link.readlink()))
    return found


def _is_ours(pid: int | None, box: Box) -> bool:
    """A gateway on these settings has this database open; else its ops site tells of itself."""
    if pid is not None:
        return str(box.database.resolve()) in _open(pid)
    ops = box.settings.sites.ops
    host = _ANYWHERE.get(ops.host.strip("[]"), ops.host.strip("[]"))
    connection = http.client.HTTPConnection(host, ops.port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read(_LONGEST).startswith(_HEALTHY)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _called(pid: int | None) -> str:
    if pid is None:
        return "?"
    try:
        name = (_PROC / str(pid) / "comm").read_text(encoding="utf-8").strip()
    except OSError:
        return str(pid)
    return f"{name} ({pid})"
