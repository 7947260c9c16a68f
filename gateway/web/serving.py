"""Serves the sites with uvicorn on sockets we bind ourselves.

uvicorn would exit the process when a port is in use, take the signals, and wait for open event
streams; here the port is an error that names its setting, ``lifecycle`` owns the signals, and the
streams end before the servers are told to stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from gateway.errors import AnaquelError
from gateway.settings import Listen
from gateway.web import layers

MAX_CONNECTIONS = 1_000
_GRACE_S = 2
_KEEP_ALIVE_S = 30
_BACKLOG = 512


class ListenError(AnaquelError):
    """A site cannot listen where its settings say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One app, where it listens, and the section of the settings that says so."""

    name: str
    app: ASGIApp
    listen: Listen

    @property
    def section(self) -> str:
        """Where the address stands in ``config.toml``."""
        return f"[sites.{self.name}]"


class Serving:
    """The service that answers HTTP. ``bind`` first, then ``run`` until it is cancelled.

    Sites with a context in ``tls``, by their name, speak HTTPS alone.
    """

    name = "sites"

    def __init__(
        self,
        sites: Sequence[Served],
        *,
        tls: Mapping[str, ssl.SSLContext] | None = None,
        before_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._sites = sites
        self._tls = tls or {}
        self._before_stop = before_stop
        self._sockets: dict[str, socket.socket] = {}

    def bind(self) -> Mapping[str, str]:
        """Take all ports; gives the base address of each site by its name.

        Raises ``ListenError``; no port is held then.
        """
        try:
            for site in self._sites:
                self._sockets[site.name] = _bound(site)
        except ListenError:
            self.release()
            raise
        return {
            site.name: _base(
                "https" if site.name in self._tls else "http",
                site.listen.host,
                self._sockets[site.name],
            )
            for site in self._sites
        }

    def release(self) -> None:
        """Give the ports back when ``run`` is not going to."""
        for taken in self._sockets.values():
            taken.close()
        self._sockets.clear()

    async def run(self) -> NoReturn:
        """Serve until cancelled; then answer what is under way, for two seconds at most."""
        if len(self._sockets) != len(self._sites):
            self.bind()
        servers = {
            site.name: _Server(_config(site.app, self._tls.get(site.name))) for site in self._sites
        }
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    server.serve(sockets=[self._sockets.pop(name)]), name=f"site {name}"
                )
                for name, server in servers.items()
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._before_stop()
                for server in servers.values():
                    server.should_exit = True
                await asyncio.wait(tasks, timeout=2 * _GRACE_S)
                for server in servers.values():
                    server.cut()
        raise AnaquelError("a site stopped serving; see the messages before this one")


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to ``lifecycle``."""
        yield

    def cut(self) -> None:
        """End what is still connected: where the process goes on, it would be answered for ever."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _config(app: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        # The parser that bounds a head which arrives in pieces; ``layers`` bounds the others.
        http="h11",
        h11_max_incomplete_event_size=layers.MAX_HEAD,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MAX_CONNECTIONS,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _bound(site: Served) -> socket.socket:
    host, port = site.listen.host.strip("[]"), site.listen.port
    address = f"{site.listen.host}:{port}"
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise ListenError(
            f"{address}: there is no such address; correct host in {site.section}"
        ) from error
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(where)
        taken.listen(_BACKLOG)
        taken.settimeout(0)
    except OSError as error:
        taken.close()
        raise ListenError(f"{address}: {_reason(error, site.section)}") from error
    return taken


def _reason(error: OSError, section: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"another program already listens there; stop it or change port in {section} "
                "(two Anaquel at once are one too many)"
            )
        case errno.EACCES:
            return f"ports below 1024 need a right we do not have; change port in {section}"
        case errno.EADDRNOTAVAIL:
            return f"this machine does not have that address; correct host in {section}"
        case _:
            return f"{error.strerror}; correct {section}"


def _base(scheme: str, host: str, bound: socket.socket) -> str:
    port = bound.getsockname()[1]
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound
    shown = everywhere.get(host.strip("[]"), host)
    shown = f"[{shown}]" if ":" in shown and not shown.startswith("[") else shown
    return f"{scheme}://{shown}:{port}"
