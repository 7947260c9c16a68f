"""Talking to systemd: lines of ``NAME=value`` in a datagram, as sd_notify(3) has it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping


class Manager:
    """systemd's end of the socket; without one (a shell, a container) nothing is sent."""

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Manager:
        """The one that started this process."""
        return cls(environ.get("NOTIFY_SOCKET", ""))

    @property
    def is_there(self) -> bool:
        """Whether anybody listens."""
        return bool(self._address)

    def tell(self, *lines: str) -> None:
        """Send lines like ``READY=1``; what cannot be sent is lost, as the protocol has it."""
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way,
        ):
            way.settimeout(0)
            way.sendto("\n".join(lines).encode(), self._address)
