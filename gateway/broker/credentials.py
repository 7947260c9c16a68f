"""What a connection over TLS shows and trusts, read again whenever its files change.

Whoever rotates certificates writes one file after the other. Until they fit together the last set
that did stays in force. A set that the broker does not take (its side may not be rotated yet) and
the last one that it took are tried in turn.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Final

import structlog

from gateway.settings import Broker

LOOK_S: Final = 5.0

_Seen = tuple[tuple[int, int, int] | None, ...]

log = structlog.get_logger("broker")


def context_of(broker: Broker) -> ssl.SSLContext:
    """What its files say now. Raises ``OSError`` (of which ``ssl.SSLError`` is one)."""
    context = ssl.create_default_context(cafile=broker.ca_file)
    if broker.cert_file is not None:
        # Without a passphrase given OpenSSL would ask on the terminal and wait.
        context.load_cert_chain(broker.cert_file, broker.key_file, password=b"")
    return context


class Credentials:
    """The files of one broker, and the contexts made of them. Not used by two threads at once."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        files = (broker.ca_file, broker.cert_file, broker.key_file)
        self._files = tuple(file for file in files if file is not None) if broker.tls else ()
        self._seen: _Seen = ()
        self._told: _Seen = ()
        self._newest: ssl.SSLContext | None = None
        self._taken: ssl.SSLContext | None = None
        self._tried: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext | None:
        """The one for the next connect, None without TLS. Blocks for reading.

        Raises ``OSError`` where the files never were good.
        """
        if not self._broker.tls:
            return None
        self._read()
        refused = self._tried is self._newest and self._taken is not self._newest
        other = self._taken if refused and self._taken is not None else None
        self._tried = other or self._newest
        return self._tried

    def taken(self) -> None:
        """The broker took the last context."""
        self._taken = self._tried

    async def changed(self) -> None:
        """Return when the files hold another set that can be used, and have come to rest."""
        if not self._files:
            await asyncio.Event().wait()
        before: _Seen | None = None
        while True:
            await asyncio.sleep(LOOK_S)
            seen = await asyncio.to_thread(self._look)
            if seen == before != self._seen:
                good = await asyncio.to_thread(self._good, seen)
                if good is not None:
                    return
            before = seen

    def _look(self) -> _Seen:
        return tuple(_stat(file) for file in self._files)

    def _read(self) -> None:
        seen = self._look()
        if self._newest is None:
            self._newest, self._seen = context_of(self._broker), seen
        elif seen != self._seen and (good := self._good(seen)) is not None:
            self._newest, self._tried, self._seen = good, None, seen

    def _good(self, seen: _Seen) -> ssl.SSLContext | None:
        """What the files say, None where they cannot be used; said once for each state of them."""
        try:
            return context_of(self._broker)
        except OSError as error:
            if self._told != seen:
                self._told = seen
                log.error(  # noqa: TRY400 - the words say it all
                    "new certificates cannot be used; the last good ones stay",
                    broker=f"{self._broker.host}:{self._broker.port}",
                    why=why(error),
                )
            return None


def why(error: OSError) -> str:
    """What is wrong with the files, in words."""
    if isinstance(error, ssl.SSLError):
        return (
            "the key does not belong to the certificate"
            if error.reason == "KEY_VALUES_MISMATCH"
            else f"no PEM certificate with its key, without a passphrase ({error.reason})"
        )
    return f"{error.filename or 'a file'}: {error.strerror}"


def _stat(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ctime_ns, found.st_size, found.st_ino
